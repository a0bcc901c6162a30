"""What column headings are called, in many languages.

Words are parted by ``|`` and compared folded: lower case, without accents. ``*`` at the end
(or the beginning) of one stands for more letters; ``=`` in front means that the text says
nothing else. Add words freely: the arithmetic decides, words only order what is tried.
"""

from __future__ import annotations

from counterfoil.rules.statements.terms import Role

ROLE_WORDS: dict[Role, str] = {
    Role.VALUE_DATE: """
        rente fra | renter fra | rente fra dato | rentefradag |
        =arv | =arv. | arvopv. |
        value date | val date | val. date | valuta* | valor date | date valeur | date de valeur |
        valeur | wert | wertstellung* | fecha valor | f. valor | f valor | f.valor | data valor |
        data valuta | data val* | valutadat* | rentedatum | rentedato | rentedag | valuedate |
        datum valuty | data waluty | erteknap | valör | value | effective date | eff date | =eff |
        =eff. | data effettiva | liq | fecha liq* | operation date value | 起息日 | 起息 |
        ημ valeur | valööripäev | arvopäivä | arvopv | дата валютирования | תאריך ערך | вальор |
        вальер | datum valute | valuta dat* | settlement date | settled | settlement |
        vaxtadags* | maksupv | maksupäivä | ημ/νια αξιας | ημερομηνια αξιας | αξια |
        ngay hieu luc | ngay gia tri | вальора | дата на вальор* | дата на вальора |
        data-valor | valor data | value dt | value dt. | val dt | val. dt | data wal | data wal. |
        erteknapja | tanggal valuta |
        tgl valuta | tgl efektif | tgl. efektif | tanggal efektif | datum valuta | valuutapaiv* |
        rentedatum
    """,
    Role.BALANCE: """
        outstanding | outstanding balance | balance outstanding | balance | balances | bal |
        bal. | saldo | saldos | saldi | solde | soldes | soldo | kontostand* | guthaben |
        new balance | running balance | closing balance | ledger balance | ending daily balance |
        account balance | daily balance | balans | saldobeløb | bakiye* | egyenleg* | zustatek* |
        zostatok* | stav | sold | υπολοιπο | остаток* | исходящий остаток | баланс | сальдо |
        залишок | baki | jaannos | saldostanje | stanje | atlikums | likutis | jaak |
        saldo po operacji | saldo contable | 残高 | 差引残高 | 余额 | 余額 | 結餘 | 结余 |
        ยอดคงเหลือ | คงเหลือ | 잔액 | 거래후 잔액 | الرصيد | رصيد | יתרה | so du | nastio |
        ნაშთი | ბალანსი | салдо | состојба | стање | наличност | saldo contabil | gjendja |
        gjendje | balanca |
        saldo final | salio | staða | iarmheid | jumlah saldo | शेष | শেষ | мнацорд | қалдық |
        qaliq | qoldiq | sodu | bakiyesi | net balance | cash balance | outstanding owed |
        balance owed | amount owed | amount owing | balance owing |
        capital restant du | restschuld | outstanding principal | capital pendiente |
        restgjeld | restgaeld | restgeld | restskuld | restlan | capital vivo | debito residuo |
        debito residuo | capitale residuo | restgjeld | restgaeld | restskuld | kalan anapara |
        openstaand bedrag | opgenomen bedrag | uitstaand bedrag | uitstaand saldo |
        balance due | kontosaldo | bokfort saldo | bokford saldo |
        =left | =remaining
    """,
    Role.SIGN: """
        dr/cr | cr/dr | d/c | c/d | d/k | s/h | h/s | deb/cred | debit/credit | debit / credit |
        dc | type dr/cr | cr dr | dr cr | +/- | af/bij | af bij | soll/haben | 借貸 | 借贷 |
        sign | dir | direction | drcr | crdr | wn/ma | b/a | t/j | d/a | d/h | h/d | =segno |
        =signo |
        =sens | dare/avere | debe/haber | debito/credito | borc/alacak
    """,
    Role.FEE: """
        fee | fees | frais | charge | charges | bank charges | accrued* | commission* | comision* |
        comissao | kosten | gebühr* | interest | interests | interest charged | int charged |
        interest paid | int paid | fin chg | finance charge | finance charges |
        =tax | vat | iva | exchange rate |
        fx rate | =rate | kurs | wechselkurs | 手数料 | 手续费 | original amount |
        foreign amount | principal | escrow | late charges | service fee
    """,
    Role.OTHER: """
        numeri creditori | numeri debitori | giorni numeri creditori | giorni numeri debitori |
        giorni | tage | zinszahlen | days | jours | nombres
    """,
    Role.DEBIT: """
        dr amt | amt dr | amt out |
        ご利用金額 | ご利用額 | 利用金額 |
        debit | debits | debit amt | debit amount | =dr | =dr. | dr amount | withdrawal* |
        withdrawn | withdraw | paid out | money out | payments out | payments-out |
        outgoing | =out | payment* |
        payments made | subtractions | subtracted | amount subtracted | cheques | checks |
        debit (-) | withdrawal (-) | withdrawals (-) | withdrawal(s) | =soll | lastschrift* |
        belastung* | lasten | zu lasten | zu ihren lasten | ausgang | ausgange | abgang |
        auszahlung* | ausgaben | debet | =debe | =af | =uit | debiteringen | bedrag af |
        afschrijving* | cargo* | adeudo* | retiro* | retiros | debitos | debito | egreso* |
        salida* | saida* | saidas | pagos | gastos | dare | uscite | uscita | addebit* |
        prelievi | movimenti dare | depense* | retrait* | sortie* | uttak | =ut | ut av konto |
        belastet | belastad | uttag | =ud | haevet | otot | panot-otot | =wn | winien |
        obciazen* | wydatki | wyplat* | vydaj* | vydej* | debetni* | na tarhu | terheles* |
        kifizetes* | plati | platit | iesiri | borc | cekilen | odenen | χρεωση* | χρεωσεις |
        расход* | списан* | дебет* | по дебету | видаток | keluar | pengeluaran | penarikan |
        uang keluar | wang keluar | お引出し* | お引き出し* | 引出* | 出金* | お支払* | 支払* |
        支出 | 提取 | 取款 | 借方 | 借記 | 出帳 | 转出 | ถอน | รายการถอน | เดบิต | 출금* |
        찾으신금액 | 지급 | مدين | السحب | المدين | חובה | ghi no | duguje | zaduzenje |
        zaduzenja | terecenje | isplata | isplate | dugovni | debetas | debets | deebet |
        valjamakse | izdevumi | islaidos | дебет | дебит | витрати | გასული* | გასავალი | debi |
        dalje | bremenitev | breme | odliv | odlivy | sorties | capitaux debit | 支出金額 | 提款 |
        출금 | 출금액 | 出金 | มคานอน | ถอนเงิน | gasto | pago | pagamentos | giden |
        utbetaling* | ud af konto | money-out | out flow | outflow | खर्च | नामे | উত্তোলন |
        lastschriften | ausgaenge | zahlungsausgang | zahlungsausgange | belastungen |
        uitgaven | vybery | mutasi debet | mutasi debit | mutasi db | tartozik | cikan | vydano |
        wydatek | uit rekening | zu lasten von |
        a debito | a cargo | su cargo | a su cargo |
        задолжува | задолжување | должи | дугује | задужење | исплата | исплате | одлив
    """,
    Role.CREDIT: """
        cr amt | amt cr | amt in |
        payments / credits | payments/credits | payments and credits | payments & credits |
        payment / credit | payment/credit | ご入金額 | ご入金 |
        credit | credits | credit amt | credit amount | =cr | =cr. | cr amount | deposit* |
        deposits | lodgement* | paid in | money in | payments in | payments-in |
        incoming | =in | receipts |
        received | additions | added | amount added | deposit (+) | deposits (+) | deposit(s) |
        credit (+) | =haben | gutschrift* | gunsten | zu gunsten | zu ihren gunsten | eingang |
        eingange | zugang | einzahlung* | einnahmen | credito* | abono* | =haber | ingreso* |
        entrada* | depot | depots |
        deposito* | =bij | bijschrijving* | bedrag bij | avere | entrate | entrata |
        accredit* | versamenti | movimenti avere | recette* | versement* | entree* | innskudd |
        =inn | inn på konto | insattning* | insatt | indsat | =ind | panot | =ma | uznan* |
        wplyw* | wplat* | prijem* | prijmy | kredit | kreditni* | jovairas* | befizetes* |
        incasari | incasat | alacak | yatan | πιστωση* | πιστωσεις | приход* | зачислен* |
        кредит* | по кредиту | надходження | masuk | pemasukan | setoran | uang masuk |
        wang masuk | お預入れ* | お預け入れ* | お預り* | 預入* | 入金* | 收入 | 存入 | 存款 |
        貸方 | 貸記 | 入帳 | 转入 | ฝาก | รายการฝาก | เครดิต | 입금* | 맡기신금액 | دائن |
        الإيداع | الدائن | זכות | ghi co | potrazuje | odobrenje | odobrenja | uplata | uplate |
        potrazni | kreditas | kredits | kreedit | laekumine | ienemumi | pajamos | кредит |
        поступлен* | შემოსული* | შემოსავალი | kredi | hyrje | dobro | priliv | prilivy | entrees |
        capitaux credit | 存入金額 | 입금 | 입금액 | 入金 | ฝากเงิน | ingreso | ingresos | abono |
        abonos | yatirilan | gelen | innbetaling* | ind pa konto | inflow | in flow | जमा | জমা |
        zahlungseingang | zahlungseingange | eingaenge | gutschriften | mutasi kredit | mutasi cr |
        prichozi* | vlozeno |
        ontvangsten | ve prospech | mutasi kredit | mutasi cr | vklady | kovetel | giren |
        godskrevet | prijato |
        na rekening | a credito | a su favor | su abono |
        побарува | побарување | потражује | одобрење | уплата | уплате | прилив
    """,
    Role.AMOUNT: """
        =cantidad |
        入出金 | 入出金額 | valor r$ | valor em r$ | valor em reais | valor em |
        movement | movements | amount* | amt | betrag* | umsatz* | montant* | importe* | importo |
        importi | valor | valore | bedrag | belop | belob | belopp | summa | summe | kwota* |
        castka* | suma | osszeg* | tutar* | islem tutari | monto | maara | ποσο | ποσον | сумма* |
        сума | jumlah* | nominal | mutasi | iznos | transaction amount | transaktionsbetrag |
        金額 | 金额 | 发生额 | 交易金额 | 交易金額 | จำนวนเงิน | จำนวน | 금액 | 거래금액 |
        المبلغ | סכום | so tien | თანხა | net amount | gross amount | iznos u* | suma operacijos |
        vrednost | znesek | shuma | montanti | bedrag* | maht | сумма операции | сума операції |
        износ | tranzacija | obrat | upphaed | upphad | amount in | amount (in | betrag in |
        upphæð |
        importancia | quantia | umsatzbetrag | monto operacion
    """,
    Role.REFERENCE: """
        reference* | ref | ref. | ref no* | ref. no* | ref/chq | cheque* | check | check number |
        check no* | check # | chq* | chq. | receipt no* | receipt | document | documento | =doc |
        =doc. | num. doc | beleg* | beleg-nr. | numero | =number | =no | =no. | =nr | =nr. | =n. |
        ag/origem | branch | sucursal | oficina | of. | transaction id | tran id | tran. id |
        trans id | instr. id | instrument* | serial* | serial no. | s no. | s.no | sl no* |
        sr no* | =code | =cod | =cod. | =type | stan | utr | dcto | docto | folio | referenz* |
        referencia | riferimento | referentie | kenmerk | viitenumero | arkiv* | arkisto* | cbu |
        channel | teller | =time | hora | お取扱店 | 取扱店 | 店番 | 傳票 | 流水号 | 凭证号 | 종류 |
        취급점 | transaction status | =status | buchungsnr* | fis no | dekont* | =page |
        category | card | karta | konto* | counterparty account | 账号 | tilvísun | mótaðili* |
        kennitala | categor* | subcategor* | kategori* | tegenrekening* | contrarekening* |
        counter account* | gegenkonto | rachunek kontrahenta | protiucet | nr ref | numer ref* |
        nr transakcji | =typ | =id | txn id | tx id | uuid | =guid | =hash | =seq
    """,
    Role.DATE: """
        =trans | =trans. | =txn | =trn | =tran |
        =kirj | =kirj. | kirj.pv | kirjpv | kirj. arv. | kirj arv | kirj. arv |
        bu.tag | bu-tag | bu tag | buch.tag | buch. tag | buchtag | buch.-tag | buch tag |
        *datum | *dato | *paiva | date* | datum | datums |
        datumbuchung | buchung | buchungstag | buchungsdatum | fecha* | =data | data mov* |
        data oper* | data cont* | dato | bokf* | bogf* | bokforingsdag | bokforingsdatum | paiva |
        kirjauspaiva | pvm | tanggal | tgl | tgl. | tarih | tarikh | transaction date |
        tran date | trans date | txn date | post date | posting date | =post | =tag | =jour |
        =giorno | posted | posted on | posted date | booking | booking date | booked |
        reskontra* | zauctovan* | zauctovane | transaktionsda* | transaksjonsda* |
        process date | entry date | =dia |
        =day | =dag | completion time | f. oper* |
        f.oper* | fec* | konyveles* | operazione | data contabile | data operazione |
        datum transakce | datum uctovani | data ksiegowania | data operacji |
        дата списания | дата зачисления | дата списания/зачисления |
        iraso data | operacijos data | mokejimo data | konyvelesi* | 日付 |
        取引日 | お取引日 | 年月日 | 日期 | 交易日 | 交易日期 | 记账日期 | 過賬日期 | วันที่ |
        วัน/เดือน/ปี | 날짜 | 거래일* | 거래일시 | التاريخ | תאריך | ημερομηνια* | ημ/νια |
        дата* | kuupaev | ngay | თარიღი | datum knjizenja | datum valute | datum transakcije |
        data operacijos | datu | дата операции | дата проводки | дата операції | data e | dt |
        dt. | txn dt | 帳務日 | tarehe | dagsetning | तारीख | তারিখ | огноо | күні | tarixi |
        sana | dags* | timestamp | created at | created on | occurred at | occurred on | =when |
        =on | zauctovano | datum zauctovani | muhasebe tarihi | islem tarihi | bokfort | bokford |
        bogforingsdato | data inregistrarii | data tranzactiei | book date | buchungszeit |
        date operation | date de l'operation | date d'operation | date comptable |
        data lancamento | data do lancamento | data de lancamento | data do movimento |
        data de movimento | den splatnosti | datum proveden* | data transakcji |
        tranzakcio datuma | tranzakcio napja | transactiedatum | verwerkingsdatum |
        boekingsdatum | transaktionsdatum | transaktionsdato | fecha movimiento |
        fecha de movimiento | fecha transaccion | fecha de cargo | fecha cargo | fecha de abono |
        入账日 | 入账日期 | 入帳日 | 入帳日期 | 記帳日 | 記帳日期 | 過帳日 | 過帳日期 | 消费日期 |
        消費日期 | 消費日 | ご利用日 | 利用日 | 計上日 |
        data registrazione | data movimento |
        kirjauspaivamaara | data ksieg* | data ksiegowa | датум*
    """,
    Role.DESCRIPTION: """
        movimentacoes | movimentacao | =movimientos | =movimenti | =movements | =mouvements |
        description* | desc | details | detail | particulars | transaction* | transactions |
        transaction details | transaction description | narrative | narration | narrations |
        =text | texto | activity | remarks | remark | memo | payee | merchant* |
        estabelecimento* | establecimiento* | comercio | handler | esercente* | commercant* |
        payment type and details | payment type | verwendungszweck | erlauterung* | buchungstext |
        buchungsinformation* | buchung / verwendungszweck | vorgang | zahlungsgrund | empfanger* |
        auftraggeber* | beguenstigter | bezeichnung | umsatzart | libelle* | nature* |
        operation* | operations | designation | detail des operations | concepto* | movimiento* |
        descripcion* | detalle* | descricao* | historico* | lancamento* | lancamentos |
        movimento* | descrizione* | causale* | omschrijving* | mededeling* | naam* |
        naam / omschrijving | beskrivelse | forklaring | tekst | transaktion* | specifikation |
        specifikasjon | meddelande | selite | saaja* | opis* | tytul* | tresc | szczegoly |
        popis* | detaily | nazev* | megnevez* | kozlemeny | leiras | jogcim | detalii* |
        descriere | explicatii | aciklama* | islem* | περιγραφη* | αιτιολογια* | описание* |
        назначение* | содержание | операция | keterangan* | uraian* | butiran* | butir* |
        diskripsi | deskripsi | お取引内容 | 取引内容 | 摘要 | 内容 | お取引 | 進支詳情 | 詳情 |
        交易说明 | 交易摘要 | 交易詳情 | รายการ | รายละเอียด | 적요 | 내용 | 거래내용 | البيان |
        التفاصيل | תיאור | פרטים | noi dung | dien giai | selgitus | apraksts | paskirtis |
        paaiskinima* |
        დანიშნულება | naziv* | svrha* | namen* | mokejimo paskirtis | moketojas* | gavejas* |
        makse selgitus | основание* | контрагент* | детали* | операция* | вид операции |
        призначення* | pershkrimi | pershkrim | lysing | skyring | 備註 | 備考 | विवरण | বিবরণ |
        beschreibung* |  merchant name | skýring |
        descritivo | verrichting* | umsatzdetails | umsatzinformation* | tranzakcio leirasa |
        =texte | omschr. | opis transakcji | rodzaj transakcji | islem detay* |
        tresc operacji | опис* | назив* | цел на дознака | сврха* | =source | =location
    """,
}
