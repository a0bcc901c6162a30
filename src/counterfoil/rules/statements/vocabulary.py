"""The words that banks print over columns and beside balances, in many languages.

Words only suggest: a role is believed when the arithmetic proves it. Latin words match as
whole words ("*" where more letters may follow
or precede, "=" where the text may say nothing else), other scripts anywhere in the text. All are
compared folded: lower case, without accents.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from counterfoil.rules.statements.folding import folded


class Role(StrEnum):
    """What a column holds."""

    DATE = "date"
    VALUE_DATE = "value date"
    DESCRIPTION = "description"
    DEBIT = "debit"  # money out of the account
    CREDIT = "credit"
    AMOUNT = "amount"  # signed, or of unknown sign
    BALANCE = "balance"
    SIGN = "sign"  # CR or DR in a column of its own
    REFERENCE = "reference"
    FEE = "fee"  # money beside the amount that does not move this balance by itself
    OTHER = "other"


class Label(StrEnum):
    """What a line with a number that is no transaction says."""

    OPENING = "opening"
    CLOSING = "closing"
    CARRIED = "carried"  # from page to page: the account goes on there
    DAILY = "daily"  # at the end of a day
    BALANCE = "balance"  # "balance at 1 March": which end, its place or its date tells
    TOTAL = "total"
    TOTAL_DEBITS = "total debits"
    TOTAL_CREDITS = "total credits"
    OTHER = "other"  # available, average, minimum balance, limits: not part of any proof


_ROLES: tuple[tuple[Role, str], ...] = (
    (Role.VALUE_DATE, """value date|val date|val. date|valuta*|valor date|date valeur|date de valeur|valeur|wert|wertstellung*|
        fecha valor|f. valor|f valor|f.valor|data valor|data valuta|data val*|valutadat*|rentedatum|rentedato|rentedag|valuedate|datum valuty|
        data waluty|erteknap|valör|value|effective date|eff date|=eff|=eff.|data effettiva|liq|fecha liq*|operation date value|
        起息日|起息|ημ valeur|valööripäev|arvopäivä|arvopv|дата валютирования|תאריך ערך|
        вальор|вальер|datum valute|valuta dat*|起息日|дата валютирования|settlement date|settled|settlement|vaxtadags*"""),
    (Role.BALANCE, """outstanding|outstanding balance|balance outstanding|balance|balances|bal|bal.|saldo|saldos|saldi|solde|soldes|soldo|kontostand*|guthaben|new balance|running balance|
        closing balance|ledger balance|ending daily balance|account balance|daily balance|balans|saldobeløb|bakiye*|egyenleg*|zustatek*|zostatok*|stav|sold|
        υπολοιπο|остаток*|исходящий остаток|баланс|сальдо|залишок|baki|jaannos|saldostanje|stanje|atlikums|likutis|jaak|saldo po operacji|saldo contable|
        残高|差引残高|余额|余額|結餘|结余|ยอดคงเหลือ|คงเหลือ|잔액|거래후 잔액|الرصيد|رصيد|יתרה|so du|
        nastio|ნაშთი|ბალანსი|салдо|наличност|saldo contabil|gjendja|gjendje|balanca|saldo final|salio|staða|iarmheid|jumlah saldo|शेष|শেষ|мнацорд|қалдық|qaliq|qoldiq|so du|sodu|bakiyesi|net balance|cash balance|outstanding owed|balance owed|amount owed|new balance|balance due"""),
    (Role.SIGN, """dr/cr|cr/dr|d/c|c/d|d/k|s/h|h/s|deb/cred|debit/credit|debit / credit|dc|type dr/cr|cr dr|dr cr|+/-|af/bij|af bij|soll/haben|借貸|借贷|sign|dir|direction"""),
    (Role.FEE, """fee|fees|charge|charges|bank charges|accrued*|commission*|comision*|comissao|kosten|gebühr*|interest|interests|=tax|vat|iva|exchange rate|fx rate|=rate|kurs|wechselkurs|
        手数料|手续费|original amount|foreign amount|principal|escrow|late charges|service fee"""),
    (Role.OTHER, """numeri creditori|numeri debitori|giorni numeri creditori|giorni numeri debitori|giorni|tage|zinszahlen|days|jours|nombres"""),
    (Role.DEBIT, """debit|debits|debit amt|debit amount|=dr|=dr.|dr amount|withdrawal*|withdrawn|withdraw|paid out|money out|payments out|outgoing|=out|payment*|payments made|subtractions|subtracted|amount subtracted|
        cheques|checks|debit (-)|withdrawal (-)|withdrawals (-)|withdrawal(s)|
        =soll|lastschrift*|belastung*|lasten|zu lasten|zu ihren lasten|ausgang|ausgange|abgang|auszahlung*|ausgaben|debet|=debe|=af|=uit|debiteringen|bedrag af|afschrijving*|
        cargo*|adeudo*|retiro*|retiros|debitos|debito|egreso*|salida*|saida*|saidas|pagos|gastos|
        dare|uscite|uscita|addebit*|prelievi|movimenti dare|
        depense*|retrait*|sortie*|
        uttak|=ut|ut av konto|belastet|belastad|uttag|=ud|haevet|otot|panot-otot|
        =wn|winien|obciazen*|wydatki|wyplat*|vydaj*|vydej*|debetni*|na tarhu|terheles*|kifizetes*|plati|platit|iesiri|borc|cekilen|odenen|
        χρεωση*|χρεωσεις|расход*|списан*|дебет*|по дебету|видаток|keluar|pengeluaran|penarikan|uang keluar|wang keluar|
        お引出し*|お引き出し*|引出*|出金*|お支払*|支払*|支出|提取|取款|借方|借記|出帳|转出|ถอน|รายการถอน|เดบิต|출금*|찾으신금액|지급|مدين|السحب|المدين|חובה|ghi no|
        duguje|zaduzenje|zaduzenja|terecenje|isplata|isplate|dugovni|debetas|debets|deebet|valjamakse|izdevumi|islaidos|дебет|дебит|расход*|списан*|витрати|видаток|გასული*|გასავალი|debi|dalje|bremenitev|breme|odliv|odlivy|vydaj*|vydej*|debit amount|sorties|capitaux debit|支出金額|支出|提款|借方|출금|출금액|찾으신금액|出金|มคานอน|ถอน|ถอนเงิน|keluar|penarikan|gasto|gastos|pago|pagamentos|debitos|cekilen|giden|borc|utbetaling*|ud af konto|money-out|out flow|outflow|खर्च|नामे|উত্তোলন|zu lasten|lastschriften|ausgaenge|zahlungsausgang|zahlungsausgange|belastungen"""),
    (Role.CREDIT, """credit|credits|credit amt|credit amount|=cr|=cr.|cr amount|deposit*|deposits|lodgement*|paid in|money in|payments in|incoming|=in|receipts|received|additions|added|amount added|deposit (+)|deposits (+)|deposit(s)|credit (+)|
        =haben|gutschrift*|gunsten|zu gunsten|zu ihren gunsten|eingang|eingange|zugang|einzahlung*|einnahmen|
        credito*|abono*|=haber|ingreso*|entrada*|deposito*|=bij|bijschrijving*|bedrag bij|
        avere|entrate|entrata|accredit*|versamenti|movimenti avere|
        recette*|versement*|entree*|
        innskudd|=inn|inn på konto|insattning*|insatt|indsat|=ind|panot|
        =ma|uznan*|wplyw*|wplat*|prijem*|prijmy|kredit|kreditni*|jovairas*|befizetes*|incasari|incasat|alacak|yatan|
        πιστωση*|πιστωσεις|приход*|зачислен*|кредит*|по кредиту|надходження|masuk|pemasukan|setoran|uang masuk|wang masuk|
        お預入れ*|お預け入れ*|お預り*|預入*|入金*|收入|存入|存款|貸方|貸記|入帳|转入|ฝาก|รายการฝาก|เครดิต|입금*|맡기신금액|دائن|الإيداع|الدائن|זכות|ghi co|
        potrazuje|odobrenje|odobrenja|uplata|uplate|potrazni|kreditas|kredits|kreedit|laekumine|ienemumi|pajamos|кредит|приход*|поступлен*|зачислен*|надходження|შემოსული*|შემოსავალი|kredi|hyrje|dobro|priliv|prilivy|prijmy|entrees|capitaux credit|存入金額|存入|存款|貸方|입금|입금액|맡기신금액|入金|ฝาก|ฝากเงิน|masuk|setoran|ingreso|ingresos|abono|abonos|yatirilan|gelen|innbetaling*|ind pa konto|inflow|in flow|जमा|জমা|zahlungseingang|zahlungseingange|eingaenge|gutschriften"""),
    (Role.AMOUNT, """movement|movements|amount*|amt|betrag*|umsatz*|montant*|importe*|importo|importi|valor|valore|bedrag|belop|belob|belopp|summa|summe|kwota*|castka*|suma|osszeg*|tutar*|islem tutari|monto|maara|
        ποσο|ποσον|сумма*|сума|jumlah*|nominal|mutasi|iznos|transaction amount|transaktionsbetrag|
        金額|金额|发生额|交易金额|交易金額|จำนวนเงิน|จำนวน|금액|거래금액|المبلغ|סכום|so tien|
        თანხა|net amount|gross amount|iznos u*|suma operacijos|summa|vrednost|znesek|shuma|montanti|bedrag*|maht|сумма операции|сума операції|износ|tranzacija|upphaed|upphad|金額|amount in|amount (in|betrag in|upphæð"""),
    (Role.REFERENCE, """reference*|ref|ref.|ref no*|ref. no*|ref/chq|cheque*|check|check number|check no*|check #|chq*|chq.|receipt no*|receipt|document|documento|=doc|=doc.|num. doc|beleg*|beleg-nr.|numero|=number|=no|=no.|=nr|=nr.|=n.|
        ag/origem|branch|sucursal|oficina|of.|transaction id|tran id|tran. id|trans id|instr. id|instrument*|serial*|serial no.|s no.|s.no|sl no*|sr no*|=code|=cod|=cod.|=type|stan|utr|dcto|docto|folio|
        referenz*|referencia|riferimento|referentie|kenmerk|viitenumero|arkiv*|cbu|channel|teller|=time|hora|お取扱店|取扱店|店番|傳票|流水号|凭证号|종류|취급점|transaction status|=status|buchungsnr*|fis no|dekont*|=page|category|card|karta|konto*|counterparty account|账号|tilvísun|mótaðili*|kennitala|categor*|subcategor*|kategori*|tegenrekening*|contrarekening*|counter account*|gegenkonto|rachunek kontrahenta|protiucet|nr ref|numer ref*|nr transakcji"""),
    (Role.DATE, """bu.tag|bu-tag|bu tag|*datum|*dato|*paiva|date*|datum|datums|datumbuchung|buchung|buchungstag|buchungsdatum|fecha*|=data|data mov*|data oper*|data cont*|dato|bokf*|bogf*|bokforingsdag|bokforingsdatum|paiva|kirjauspaiva|pvm|tanggal|tgl|tgl.|tarih|tarikh|
        transaction date|tran date|trans date|txn date|post date|posting date|=post|=tag|=jour|=giorno|posted|posted on|posted date|booking|booking date|booked|process date|entry date|value dt|=dia|=day|=dag|completion time|
        f. oper*|f.oper*|fec*|konyveles*|operazione|data contabile|data operazione|datum transakce|datum uctovani|data ksiegowania|data operacji|konyvelesi*|
        日付|取引日|お取引日|年月日|日期|交易日|交易日期|记账日期|過賬日期|วันที่|วัน/เดือน/ปี|날짜|거래일*|거래일시|التاريخ|תאריך|ημερομηνια*|ημ/νια|дата*|kuupaev|datums|ngay|
        თარიღი|datum knjizenja|datum valute|datum transakcije|data operacijos|kuupaev|datu|дата операции|дата проводки|дата операції|data e|dt|dt.|txn dt|交易日|帳務日|tarehe|dagsetning|तारीख|তারিখ|огноо|күні|tarixi|sana|dags*|dagsetning"""),
    (Role.DESCRIPTION, """description*|desc|details|detail|particulars|transaction*|transactions|transaction details|transaction description|narrative|narration|narrations|=text|texto|activity|remarks|remark|memo|
        payee|merchant*|payment type and details|payment type|verwendungszweck|erlauterung*|buchungstext|buchungsinformation*|buchung / verwendungszweck|vorgang|zahlungsgrund|empfanger*|auftraggeber*|beguenstigter|bezeichnung|umsatzart|
        libelle*|nature*|operation*|operations|designation|detail des operations|concepto*|movimiento*|descripcion*|detalle*|descricao*|historico*|lancamento*|lancamentos|movimento*|descrizione*|causale*|
        omschrijving*|mededeling*|naam*|naam / omschrijving|beskrivelse|forklaring|tekst|transaktion*|specifikation|specifikasjon|meddelande|selite|saaja*|opis*|tytul*|tresc|szczegoly|popis*|detaily|nazev*|megnevez*|kozlemeny|leiras|jogcim|detalii*|descriere|explicatii|aciklama*|islem*|
        περιγραφη*|αιτιολογια*|описание*|назначение*|содержание|операция|keterangan*|uraian*|butiran*|butir*|diskripsi|deskripsi|
        お取引内容|取引内容|摘要|内容|お取引|進支詳情|詳情|交易说明|交易摘要|交易詳情|รายการ|รายละเอียด|적요|내용|거래내용|البيان|التفاصيل|תיאור|פרטים|noi dung|dien giai|selgitus|apraksts|paskirtis|
        დანიშნულება|naziv*|svrha*|opis*|namen*|paskirtis|mokejimo paskirtis|moketojas*|gavejas*|selgitus|makse selgitus|saaja*|основание*|контрагент*|детали*|операция*|вид операции|призначення*|pershkrimi|pershkrim|lysing|skyring|摘要|備註|備考|विवरण|বিবরণ|concepto*|beschreibung*|typ|merchant name|skýring"""),
)

_LABELS: tuple[tuple[Label, str], ...] = (
    (Label.OTHER, """available balance*|saldo disponible*|saldo disponivel*|solde disponible*|verfugbar*|average*|avg*|minimum*|lowest*|highest*|overdraft*|limit*|saldo medio|saldo promedio|credit line|
        annual percentage*|interest*|apr|available credit|available cash|cash advance limit|dispositionskredit*|durchschnitt*|solde moyen|points*|rewards*|balance subject*|balance type*|balance transfer*|balance over*|past due*|
        minimum payment*|payment due*|hold*|uncleared*|pending*|blocked*|unbilled*|accrued*|lien*|利用可能*|可用*|limite*|bloqueado*|credit interest*|debit interest*|tax deducted|ytd|year-to-date|year to date|effective interest*|beginning balance of points"""),
    (Label.TOTAL_CREDITS, """total credit*|total deposit*|total money in|money in|total paid in|total in|payments in|payments received|total receipts|total additions|deposits and other additions|deposits/additions|deposits & other credits|deposits and other credits|total credits|credits total|sum of credits|
        total haben|summe haben|summe gutschriften|summe der gutschriften|total gutschriften|gutschriften|eingehende transaktionen|total credits|total des credits|total credit|totale avere|totale entrate|totale accrediti|total abonos|total depositos|total ingresos|total haber|total entradas|total creditos|totaal bij|totaal credit|bij totaal|
        sum inn|summa insattningar|suma uznan*|uznania|kreditne polozky*|kredit obrat|osszes jovairas|total incasari|toplam alacak|итого приход|итого по кредиту|总收入|入金合計|お預入れ合計|存入總額|total deposit amount*|panot|total kredit|jumlah kredit|mutasi kr*|mutasi cr*|total masuk|total lodgements|deposits/credits|
        total entradas|total de entradas|total ingresos|ingresos|total abonos|potrazni promet|ukupno potrazuje|ukupno odobrenja|оборот кредит|обороты по кредиту|пополнения|toplam giris|gelen toplam|zahlungseingang|zahlungseingange|summe gutschriften|summe eingange|purchase return*|total versements|total recettes|total credito|total lodgements|payment/credits|payments/credits"""),
    (Label.TOTAL_DEBITS, """total debit*|total withdrawal*|total money out|money out|total paid out|total out|payments out|payments made|total payments|total subtractions|withdrawals and other subtractions|withdrawals/subtractions|withdrawals & other debits|withdrawals and other debits|total checks paid|total debits|debits total|sum of debits|
        total soll|summe soll|summe lastschriften|summe der lastschriften|summe belastungen|total belastungen|lastschriften|ausgehende transaktionen|total des debits|totale dare|totale uscite|totale addebiti|total cargos|total retiros|total egresos|total debe|total saidas|total debitos|totaal af|totaal debet|af totaal|
        sum ut|summa uttag|suma obciazen*|obciazenia|debetne polozky*|debet obrat|osszes terheles|total plati|toplam borc|итого расход|итого по дебету|总支出|出金合計|お引出し合計|提取總額|total withdrawal amount*|otot|jumlah debit|mutasi db*|mutasi debet*|total keluar|withdrawals/debits|
        total saidas|total de saidas|total gastos|gastos|total egresos|total cargos|dugovni promet|ukupno duguje|ukupno zaduzenja|оборот дебит|обороты по дебету|toplam cikis|giden toplam|zahlungsausgang|zahlungsausgange|summe ausgange|summe belastungen|total retraits|total depenses|total debito|purchase/debits|purchases/debits"""),
    (Label.CARRIED, """carried forward to next page|carried to next page|brought forward from page|from previous page|to next page|ubertrag*|zwischensaldo|zwischensumme|a reporter|report page*|solde a reporter|report|reporte|saldo a transportar|transporte|transport|a transportar|saldo anterior a transportar|suma y sigue|sigue|riporto|a riportare|
        do przeniesienia|z przeniesienia|prevod|atvitel|nakli yekun|page balance|過次頁|承前頁|轉下頁|承上頁"""),
    (Label.DAILY, """saldo do dia|saldo del dia|saldo dia|saldo giornaliero|saldo diario|day end balance|end of day balance|daily balance|balance at close of day|tagessaldo|dagsaldo"""),
    (Label.OPENING, """outstanding at start|outstanding at beginning|balance at start*|balance at beginning*|balance at the beginning*|balance at the start*|opening bal*|open balance|beginning bal*|starting balance|start balance|start of period|balance brought forward|brought forward|b/f|b/fwd|bal b/f|balance b/f|bf|previous balance|prior balance|previous statement balance|last statement balance|last month's balance|last statement|balance last statement|balance from last*|balance from previous*|balance from your last*|opening ledger*|initial balance|
        anfangssaldo|anfangsbestand|anfangskontostand|alter saldo|alter kontostand|alter stand|letzter kontostand|saldo alt|saldovortrag|vortrag|eroffnungssaldo|startsaldo|saldo vortrag|letzter auszug|kontostand alt|
        solde initial|ancien solde|solde precedent|solde anterieur|solde d'ouverture|solde au debut|solde en debut|solde reporte|report solde|
        saldo anterior|saldo inicial|saldo de apertura|saldo apertura|saldo previo|saldo al inicio|saldo periodo anterior|saldo iniziale|saldo precedente|saldo di apertura|saldo d'apertura|
        beginsaldo|vorig saldo|oud saldo|openingssaldo|saldo vorig*|inngaende saldo|ingaende saldo|indgaende saldo|primosaldo|primo saldo|saldo overfort|alkusaldo|
        saldo poczatkowe|stan poczatkowy|poczatkowe|pocatecni zustatek|pociatocny zostatok|pocatecni stav|pociatocny stav|nyito egyenleg|nyitoegyenleg|sold initial|sold anterior|devir|devreden|devir bakiye*|devreden bakiye*|onceki bakiye|acilis bakiyesi|onceki donem*|
        προηγουμενο υπολοιπο|υπολοιπο εναρξης|αρχικο υπολοιπο|входящий остаток|остаток на начало|начальный остаток|saldo awal|saldo pembuka|baki permulaan|baki awal|baki bawa ke hadapan|baki lepas|
        繰越残高|前月繰越|前回残高|前期繰越|繰越|期初余额|上期余额|上期结余|承前|承上結餘|承上结余|前期結餘|ยอดยกมา|이월|전월이월|전월잔액|이월잔액|الرصيد الافتتاحي|رصيد أول المدة|רצת פתיחה|יתרת פתיחה|יתרה קודמת|so du dau*|algsaldo|sakuma atlikums|pradinis likutis|
        prethodno stanje|pocetno stanje|stanje prethodnog izvoda|zacetno stanje|pocetni saldo|prethodni saldo|likutis laikotarpio pradzioje|likutis pradzioje|pradinis saldo|atlikums perioda sakuma|perioda sakuma|saldo perioodi alguses|algjaak|начално салдо|начална наличност|салдо в началото|почетна состојба|почетно стање|претходно стање|вступний залишок|вхідний залишок|залишок на початок|початковий залишок|входящее сальдо|сальдо на начало|საწყისი ნაშთი|solde depart|solde de depart|solde de debut|solde debut de periode|solde a l'ouverture|ancien solde crediteur|ancien solde debiteur|saldo contable anterior|saldo en libros anterior|saldo al dia anterior|saldo de inicio|saldo inicio|saldo iniziale al|saldo letzte abrechnung*|letzte abrechnung|kontostand letzte abrechnung|saldo der letzten abrechnung|ubertrag aus buch*|saldo aus letztem auszug|donem basi bakiye*|donem basi*|baslangic bakiye*|ilk bakiye|gjendja fillestare|gjendja ne fillim|balanca fillestare|staða í upphafi|innistæða í upphafi|salio la kuanzia|salio la mwanzo|ամսասկզբի մնացորդ|सुरुको मौज्दात|प्रारंभिक शेष|आरंभिक शेष|প্রারম্ভিক ব্যালেন্স|openingsbalans|aanvangsaldo|opening ledger*|balance b/fwd|balance b/d|bal b/d|b/d|saldo sebelumnya|saldo bulan lalu|baki dibawa*|so du ky truoc|期初餘額|上期餘額|前期余额|上月結餘|上次結餘|기초잔액|전일잔액|opening position|opening cash*|start-of-period balance|account balance brought forward|saldo ved periodens start|saldo fra forrige*|saldo fra kontout*|overforsel fra sidste*"""),
    (Label.CLOSING, """outstanding at end|balance at end*|balance at the end*|closing bal*|close balance|ending bal*|end balance|final balance|end of period|balance carried forward|carried forward|c/f|c/fwd|bal c/f|balance c/f|new balance|current balance|new statement balance|your balance at close*|closing ledger*|statement balance|total amount due|balance this statement|
        endsaldo|endbestand|endkontostand|neuer saldo|neuer kontostand|neuer stand|aktueller kontostand|saldo neu|schlusssaldo|schlussaldo|abschlusssaldo|kontostand neu|schlußsaldo|
        solde final|nouveau solde|solde actuel|solde de cloture|solde en fin*|solde a la fin*|solde en fin de periode|
        saldo final|saldo actual|saldo de cierre|saldo al cierre|saldo al corte|saldo atual|saldo de fechamento|saldo finale|saldo attuale|saldo di chiusura|saldo contabile finale|saldo nuevo|
        eindsaldo|nieuw saldo|slotsaldo|saldo nieuw|utgaende saldo|udgaende saldo|ultimosaldo|ultimo saldo|ny saldo|loppusaldo|
        saldo koncowe|stan koncowy|koncowe|konecny zustatek|konecny zostatok|konecny stav|zaro egyenleg|zaroegyenleg|sold final|sold curent|kapanis bakiyesi|son bakiye|
        νεο υπολοιπο|τελικο υπολοιπο|υπολοιπο ληξης|исходящий остаток|остаток на конец|конечный остаток|saldo akhir|saldo penutup|baki penutup|baki akhir|
        翌月繰越|次月繰越|期末残高|今回残高|期末余额|本期余额|本期结余|期末結餘|ยอดยกไป|차월이월|기말잔액|الرصيد الختامي|رصيد آخر المدة|יתרת סגירה|יתרה סופית|so du cuoi*|loppsaldo|beigu atlikums|galutinis likutis|
        novo stanje|konacno stanje|zavrsno stanje|zakljucno stanje|krajnje stanje|koncno stanje|zavrsni saldo|likutis laikotarpio pabaigoje|likutis pabaigoje|galutinis saldo|atlikums perioda beigas|perioda beigas|saldo perioodi lopus|loppjaak|крайно салдо|крайна наличност|салдо в края|крајна состојба|крајње стање|ново стање|вихідний залишок|залишок на кінець|кінцевий залишок|исходящее сальдо|сальдо на конец|საბოლოო ნაშთი|solde fin de periode|solde de fin|solde arrete|solde a la cloture|nouveau solde crediteur|nouveau solde debiteur|saldo contable actual|saldo en libros|saldo al final|saldo de fin|saldo fin|saldo finale al|neuer saldo*|saldo dieser abrechnung|abrechnungssaldo|ubertrag auf buch*|donem sonu bakiye*|donem sonu*|bitis bakiye*|kapanis bakiye*|gjendja perfundimtare|gjendja ne fund|balanca perfundimtare|staða í lok|salio la mwisho|salio la kufunga|अंतिम शेष|সমাপনী ব্যালেন্স|slotbalans|sluitingsaldo|closing position|closing cash*|balance c/d|bal c/d|c/d|saldo bulan ini|baki akhir*|so du cuoi ky|期末餘額|本期餘額|本月結餘|기말잔액|total dues|total due|total balance due|amount owed|new balance owed|saldo ved periodens slut|end-of-period balance"""),
    (Label.TOTAL, """total*|totals|subtotal|sub total|sub-total|grand total|page total*|summe*|gesamtsumme|totaux|total des*|totale*|totaal*|suma|sumas|somma|sum|summa|yhteensa|razem|celkem|spolu|osszesen|toplam|genel toplam|συνολο|συνολα|итого|всего|обороты|оборот|rulaj*|obroty|obrat|umsatzsumme|turnover*|jumlah*|合計|合计|小計|小计|總計|总计|รวม|รวมทั้งสิ้น|합계|소계|المجموع|الإجمالي|סהכ|סה\"כ|tong cong|kopsumma|viso|
        сул|სულ|apyvarta*|обороти|оборот*|обіг|promet|ukupno|dienos apyvarta|apgrozijums|kaive|gjithsej|samtals|jumla|कुल|মোট|summe umsatze|total des operations|total mouvements|total movimientos|合 計"""),
    (Label.BALANCE, """balance*|balance as of|balance as at|balance on|saldo*|saldo per|saldo am|solde*|kontostand*|stan konta|stav uctu|egyenleg*|bakiye|υπολοιπο|остаток*|baki|jaannos|残高|余额|余額|結餘|ยอดคงเหลือ|잔액|الرصيد|יתרה|
        saldo contable|likutis|atlikums|jaak|stanje|салдо|залишок|ნაშთი|gjendja|staða|salio|доступно на|결산|餘額|balance forward"""),
)

#: Headings over a stretch of rows that say what all of them are.
_SECTIONS: tuple[tuple[int, str], ...] = (
    (-1, """withdrawals*|other withdrawals*|electronic withdrawals|atm withdrawals*|atm & debit card*|subtractions*|debits|other debits|electronic debits|checks|checks paid*|cheques*|check card*|service fees|service charges|fees*|fees and*|payments and other*debits|purchases*|cash advances*|interest charged*|payments out|money out|charges|new charges|transactions debit|card purchases*|debit card*|electronic payments*|
        belastungen*|ausgaben|ausgange|lastschriften*|debits*|retraits*|depenses*|cargos*|retiros*|saidas*|debitos*|uscite*|addebiti*|afschrijvingen*|uttag*|uttak*|wydatki*|obciazenia*|odchozi*|terhelesek*|plati*|giderler*|expenses*|outgoing*|bank card*|account fees"""),
    (1, """deposits*|other deposits*|additions*|credits|other credits*|electronic deposits|electronic credits|deposits and*|payments and credits*|payments & credits*|payments, credits*|payments received|payment received|refunds*|interest paid|interest credited|money in|payments in|incoming*|direct deposits*|customer deposits*|
        gutschriften*|eingange*|einnahmen*|versements*|abonos*|depositos*|entradas*|creditos*|entrate*|accrediti*|bijschrijvingen*|insattningar*|innskudd*|wplywy*|uznania*|prichozi*|jovairasok*|incasari*|gelirler*|income"""),
)

#: With one of these a number is never an end of the account, whatever else is said.
_NEVER = re.compile(
    r"(?<!\w)(?:available|average|avg|minimum|lowest|highest|limit|limite|disponib\w*|verfugbar\w*|"
    r"durchschnitt\w*|medio|promedio|moyen|points|rewards|ytd|year.to.date|annual percentage|"
    r"uncleared|pending|unbilled)(?!\w)"
)

SIGN_MAX = 5  # letters: "Dr/Cr" is a column of signs, "Debit/Credit" one of amounts

#: Over a table of entries that are not booked yet.
_NOT_BOOKED = re.compile(
    r"(?<!\w)(?:pending|expected|upcoming|scheduled|future|not (?:yet )?(?:booked|posted)|memo post\w*|unbilled|futuros?|futuras?|pendientes?|"
    r"vorgemerkt\w*|vorgemerkte|geplant\w*|a venir|en attente|en cours|in attesa|programmat\w*|previst\w*|ikke bokfort\w*|reserverade|"
    r"nierozliczon\w*|oczekujac\w*|beklenen|bekleyen)(?!\w)"
)

#: Over balances by the day, which repeat what the entries come to.
_BALANCES = re.compile(
    r"(?<!\w)(?:daily|each day|day.?end|end of day|by date)\b.*\bbalance|balance\w* (?:by|per|each) (?:date|day)|"
    r"balance (?:summary|detail|history)|account balance summary|(?<!\w)tagessalden|soldes? journaliers?|saldos? diarios?|saldi giornalieri"
)

_SCRIPT = re.compile(r"[^\x00-\u04ff\u1e00-\u1fff]")


class _Words(NamedTuple):
    """What one role or label is called."""

    anywhere: tuple[str, ...]  # in scripts that do not part words
    pattern: re.Pattern[str] | None
    whole: frozenset[str]  # only where the text says nothing else

    def longest(self, bare: str) -> int:
        """How many letters of the text speak for it."""
        lengths = []
        if not bare.isascii():
            lengths += [len(each) * 2 for each in self.anywhere if each in bare]
        if self.pattern is not None:
            lengths += [len(hit[0]) for hit in self.pattern.finditer(bare)]
        if self.whole and _letters(bare) in self.whole:
            lengths.append(len(bare))
        return max(lengths, default=0)


_CURRENCY = re.compile(r"(?<!\w)(?:eur|usd|gbp|chf|inr|sek|nok|dkk|pln|czk|huf|ron|try|jpy|sgd|hkd|aud|nzd|cad|zar|brl|mxn|kr|rs)(?!\w)")


def _letters(bare: str) -> str:
    """The text without currencies, symbols and brackets."""
    return " ".join(re.sub(r"[^\w\s.]", " ", _CURRENCY.sub(" ", bare)).split())


def _compile(words: str) -> _Words:
    """Words of scripts without spaces, one pattern of all the others, and whole texts."""
    parts = [folded(part.strip()) for part in words.replace("\n", " ").split("|") if part.strip()]
    whole = frozenset(part[1:] for part in parts if part.startswith("="))
    parts = [part for part in parts if not part.startswith("=")]
    anywhere = tuple(part.rstrip("*") for part in parts if _SCRIPT.search(part))
    spelled = sorted((part for part in parts if not _SCRIPT.search(part)), key=len, reverse=True)
    alternatives = "|".join(
        (r"\w*" if part.startswith("*") else "")
        + re.escape(" ".join(part.strip("*").split()))
        + (r"\w*" if part.endswith("*") else "")
        for part in spelled
    )
    pattern = re.compile(rf"(?<![\w])(?:{alternatives})(?![\w])") if spelled else None
    return _Words(anywhere, pattern, whole)


_ROLE_WORDS = [(role, _compile(words)) for role, words in _ROLES]
_LABEL_WORDS = [(label, _compile(words)) for label, words in _LABELS]
_SECTION_WORDS = [(sign, _compile(words)) for sign, words in _SECTIONS]


@lru_cache(maxsize=4_000)
def role_of(text: str) -> Role | None:
    """What a column heading says; None where it says nothing known.

    The longest match decides: "value date" is a value date, "debit amount" a debit.
    """
    bare = " ".join(folded(text).replace("\u200b", "").replace(" - ", " ").split())
    if _both_ways(bare):
        return Role.SIGN if len(bare) <= SIGN_MAX else Role.AMOUNT  # one column for both ways
    if _names(bare, Role.BALANCE):
        return Role.BALANCE  # "saldi per valuta", "value date balance"
    if (value := _phrase(bare, Role.VALUE_DATE)) and _names(bare.replace(value, " "), Role.DATE):
        return Role.DATE  # "booking date (value date)": the one stands above the other
    best: tuple[int, int, Role] | None = None
    for rank, (role, words) in enumerate(_ROLE_WORDS):
        length = words.longest(bare)
        if length and (best is None or (length, -rank) > (best[0], -best[1])):
            best = (length, rank, role)
    return best[2] if best else None


def _both_ways(bare: str) -> bool:
    """Whether the text names money in and money out: "Debit/Credit", not "payments in"."""
    names = (_phrase(bare, Role.DEBIT), _phrase(bare, Role.CREDIT))
    longest, other = max(names, key=len), Role.DEBIT if len(names[1]) > len(names[0]) else Role.CREDIT
    if not all(names):
        return _names(bare, Role.DEBIT) and _names(bare, Role.CREDIT)
    return _names(bare.replace(longest, " "), other)


def _phrase(bare: str, role: Role) -> str:
    """The longest words of *role* in the text; "" where there are none."""
    words = next(words for each, words in _ROLE_WORDS if each is role)
    hits = [] if words.pattern is None else [hit[0] for hit in words.pattern.finditer(bare)]
    return max(hits, key=len, default="")


def _names(bare: str, role: Role) -> bool:
    """Whether a word of *role* is in the text at all."""
    return next(words for each, words in _ROLE_WORDS if each is role).longest(bare) > 0


@lru_cache(maxsize=20_000)
def label_of(text: str) -> Label | None:
    """What the words beside a number say; None where they say nothing known."""
    bare = " ".join(folded(text).split())
    if _NEVER.search(bare):
        return Label.OTHER
    best: tuple[int, int, Label] | None = None
    for rank, (label, words) in enumerate(_LABEL_WORDS):
        length = words.longest(bare)
        if length and (best is None or (length, -rank) > (best[0], -best[1])):
            best = (length, rank, label)
    return best[2] if best else None


@lru_cache(maxsize=4_000)
def section_sign(text: str) -> int:
    """-1 for a heading over money out, +1 for money in, 0 for any other text."""
    bare = " ".join(folded(text).split())
    for sign, words in _SECTION_WORDS:
        if words.pattern is not None and words.pattern.match(bare):
            return sign
    return 0


def says(text: str, words: Sequence[str]) -> bool:
    """Whether one of the folded *words* is in *text* as a whole word."""
    bare = folded(text)
    return any(re.search(rf"(?<!\w){re.escape(each)}(?!\w)", bare) for each in words)


_SIDES = (
    (1, re.compile(r"(?<!\w)(?:crediteur|credit balance|acreedor|credor|in credit|a favor)(?!\w)")),
    (-1, re.compile(r"(?<!\w)(?:debiteur|debit balance|deudor|devedor|overdrawn)(?!\w)")),
)


@lru_cache(maxsize=4_000)
def side_of(text: str) -> int:
    """+1 where the words beside a balance say that it is had, -1 owed, 0 neither."""
    bare = folded(text)
    return next((sign for sign, words in _SIDES if words.search(bare)), 0)


_POSTING = re.compile(r"帳務日|入帳日|記帳日|记账日|過賬日|过账日|기장일|(?<!\w)(?:post\w*|book\w*|buch\w*|bu\.?-?tag|bokf\w*|bogf\w*|contab\w*|comptab\w*|konyvel\w*|uctov\w*|ksiegow\w*|process\w*)")


def is_posting(text: str) -> bool:
    """Whether a heading over dates says that they are the days of booking."""
    return _POSTING.search(folded(text)) is not None


def not_booked(text: str) -> bool:
    """Whether a title says that the entries below it are not booked yet."""
    return len(text) <= 60 and _NOT_BOOKED.search(folded(text)) is not None


def is_of_balances(text: str) -> bool:
    """Whether a title says that balances by the day stand below it."""
    return len(text) <= 60 and _BALANCES.search(folded(text)) is not None
