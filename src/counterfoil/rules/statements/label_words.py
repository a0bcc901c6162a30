"""What balances and totals are called, and the titles over stretches of rows.

Words are parted by ``|`` and compared folded: lower case, without accents. ``*`` at the end
(or the beginning) of one stands for more letters; ``=`` in front means that the text says
nothing else. Add words freely: the arithmetic decides, words only order what is tried.
"""

from __future__ import annotations

from counterfoil.rules.statements.terms import Label

#: The order matters: of two labels with words as long, the first is taken.
LABEL_WORDS: dict[Label, str] = {
    Label.OTHER: """
        available balance* | saldo disponible* | saldo disponivel* | solde disponible* |
        verfugbar* | average* | avg* | minimum* | lowest* | highest* | overdraft* | limit* |
        saldo medio | saldo promedio | credit line | annual percentage* | interest* | apr |
        available credit | available cash | cash advance limit | dispositionskredit* |
        durchschnitt* | solde moyen | points* | rewards* | balance subject* | balance type* |
        balance transfer* | balance over* | past due* | minimum payment* | min. payment* |
        min payment* | minimum due* | min due* | payment due* | hold* |
        uncleared* | pending* | blocked* | unbilled* | accrued* | lien* | 利用可能* | 可用* |
        limite* | bloqueado* | credit interest* | debit interest* | tax deducted | ytd |
        year-to-date | year to date | effective interest* | beginning balance of points
    """,
    Label.TOTAL_CREDITS: """
        total credit* | total deposit* | total money in | money in | total paid in | total in |
        payments in | payments received | total receipts | total additions |
        deposits and other additions | deposits/additions | promet v dobro |
        deposits & other credits |
        deposits and other credits | total credits | credits total | sum of credits |
        total haben | summe haben | summe gutschriften | summe der gutschriften |
        total gutschriften | gutschriften | eingehende transaktionen | total des credits |
        total credit | totale avere | totale entrate | totale accrediti | total abonos |
        total depositos | total ingresos | total haber | total entradas | total creditos |
        totaal creditverrichtingen | creditverrichtingen |
        totaal bij | totaal credit | bij totaal | sum inn | summa insattningar | suma uznan* |
        uznania | kreditne polozky* | kredit obrat | osszes jovairas | total incasari |
        toplam alacak | итого приход | итого по кредиту | 总收入 | 入金合計 | お預入れ合計 |
        存入總額 | total deposit amount* | panot | total kredit | jumlah kredit | mutasi kr* |
        mutasi cr* | total masuk | total lodgements | deposits/credits | total de entradas |
        ingresos | potrazni promet | ukupno potrazuje | ukupno odobrenja | оборот кредит |
        обороты по кредиту | пополнения | toplam giris | gelen toplam | zahlungseingang |
        zahlungseingange | summe eingange | purchase returns | total versements | total recettes |
        total credito | payment/credits | payments/credits |
        total de creditos | totaal bijgeschreven | indsat i alt | suma wplywow | celkem prijmy |
        prichozi platby celkem | kreditni obrat |
        obrat kredit | obraty kredit | jovairasok osszesen | toplam giren |
        rulaj creditor | total de abonos | total de ingresos | totale dei crediti |
        totaal ontvangsten | summe der eingange | celkem pripsano | razem uznania |
        suma incasari | total recibido | total recebido | sundry credits |
        kreeditkaive | kreedit kaive | apyvarta kreditas | kredita apgrozijums | kredito apyvarta |
        вкупно побарување | вкупно побарува | вкупен прилив | укупно потражује | укупно одобрења
    """,
    Label.TOTAL_DEBITS: """
        total debit* | total withdrawal* | total money out | money out | total paid out |
        total out | payments out | payments made | total payments | total subtractions |
        withdrawals and other subtractions | withdrawals/subtractions | promet v breme |
        withdrawals & other debits | withdrawals and other debits | total checks paid |
        total debits | debits total | sum of debits | total soll | summe soll |
        summe lastschriften | summe der lastschriften | summe belastungen | total belastungen |
        lastschriften | ausgehende transaktionen | total des debits | totale dare |
        totale uscite | totale addebiti | total cargos | total retiros | total egresos |
        total debe | total saidas | total debitos | totaal af | totaal debet | af totaal |
        totaal debetverrichtingen | debetverrichtingen |
        sum ut | summa uttag | suma obciazen* | obciazenia | debetne polozky* | debet obrat |
        osszes terheles | total plati | toplam borc | итого расход | итого по дебету | 总支出 |
        出金合計 | お引出し合計 | 提取總額 | total withdrawal amount* | otot | jumlah debit |
        mutasi db* | mutasi debet* | total keluar | withdrawals/debits | total de saidas |
        total gastos | gastos | dugovni promet | ukupno duguje | ukupno zaduzenja | оборот дебит |
        обороты по дебету | toplam cikis | giden toplam | zahlungsausgang | zahlungsausgange |
        summe ausgange | total retraits | total depenses | total debito | purchase/debits |
        purchases/debits | amount of debits | checks/debits | checks & debits | checks and debits |
        total de debitos | totaal afgeschreven | haevet i alt | suma wydatkow | celkem vydaje |
        odchozi platby celkem | debetni obrat |
        obrat debet | obraty debet | terhelesek osszesen | toplam cikan |
        rulaj debitor | total debet | jumlah debet | total de cargos | total de egresos |
        totale dei debiti | totaal uitgaven | summe der ausgange | celkem odepsano |
        razem obciazenia | suma plati | total pagado | total pago | sundry debits |
        deebetkaive | deebet kaive | apyvarta debetas | debeta apgrozijums | debeto apyvarta |
        вкупно задолжување | вкупно задолжува | вкупен одлив | укупно дугује | укупно задужења
    """,
    Label.CARRIED: """
        carried forward to next page | carried to next page | brought forward from page |
        from previous page | to next page | ubertrag* | zwischensaldo | zwischensumme |
        a reporter | report page* | solde a reporter | report | reporte | saldo a transportar |
        transporte | transport | a transportar | saldo anterior a transportar | suma y sigue |
        sigue | riporto | a riportare | do przeniesienia | z przeniesienia | prevod | atvitel |
        nakli yekun | page balance | 次頁へ繰越 | 前頁より繰越 | 過次頁 | 承前頁 | 轉下頁 | 承上頁 |
        saldo transportado | saldo riportato | da riportare | over te brengen |
        saldo pindahan | viene de la pagina anterior | suma anterior |
        saldo a cuenta nueva | pasa a la pagina siguiente | de reportat | sold reportat |
        athozat | saldo vorige pagina | transporte de la pagina | prevod z predchozi strany |
        prevod na dalsi stranu | prenos na dalsiu stranu | prenos z predchadzajucej strany |
        overfort fra forrige side | overfort til neste side | overfort til naeste side |
        overforsel fra forrige side | overforsel til naeste side | transport fra forrige side |
        transport til neste side | overforing fran foregaende sida | overforing till nasta sida |
        transport fran foregaende sida | siirto seuraavalle sivulle | siirto edelliselta sivulta
    """,
    Label.DAILY: """
        saldo do dia | saldo del dia | saldo dia | saldo giornaliero | saldo diario |
        day end balance | end of day balance | daily balance | balance at close of day |
        tagessaldo | dagsaldo | napi zaro egyenleg | napi egyenleg
    """,
    Label.OPENING: """
        monto facturado a pagar (periodo anterior) | monto facturado periodo anterior |
        outstanding at start | outstanding at beginning | balance at start* |
        balance at beginning* | balance at the beginning* | balance at the start* | opening bal* |
        open balance | beginning bal* | starting balance | start balance | start of period |
        balance brought forward | brought forward | b/f | b/fwd | bal b/f | balance b/f | bf |
        previous amount owing | previous amount owed | opening amount owing |
        previous balance | prior balance | previous statement balance | last statement balance |
        last month's balance | last statement | balance last statement | balance from last* |
        balance from previous* | balance from your last* | opening ledger* | initial balance |
        anfangssaldo | anfangsbestand | anfangskontostand | alter saldo | alter kontostand |
        alter stand | letzter kontostand | saldo alt | saldovortrag | vortrag | eroffnungssaldo |
        startsaldo | saldo vortrag | letzter auszug | kontostand alt | solde initial |
        ancien solde | solde precedent | solde anterieur | solde d'ouverture | solde au debut |
        solde en debut | solde reporte | report solde | saldo anterior | saldo inicial |
        saldo de apertura | saldo apertura | saldo previo | saldo al inicio |
        saldo periodo anterior | saldo iniziale | saldo precedente | saldo di apertura |
        saldo d'apertura | beginsaldo | vorig saldo | oud saldo | openingssaldo | saldo vorig* |
        inngaende saldo | ingaende saldo | indgaende saldo | primosaldo | primo saldo |
        saldo overfort | alkusaldo | saldo poczatkowe | stan poczatkowy | poczatkowe |
        pocatecni zustatek | pociatocny zostatok | pocatecni stav | pociatocny stav |
        nyito egyenleg | nyitoegyenleg | sold initial | sold anterior | devir | devreden |
        devir bakiye* | devreden bakiye* | onceki bakiye | acilis bakiyesi | onceki donem* |
        προηγουμενο υπολοιπο | υπολοιπο εναρξης | αρχικο υπολοιπο | входящий остаток |
        баланс на начало |
        остаток на начало | начальный остаток | saldo awal | saldo pembuka | baki permulaan |
        baki awal | baki bawa ke hadapan | baki lepas | 繰越残高 | 前月繰越 |
        前月より繰越 | 前回より繰越 | 前月から繰越 | 前回残高 |
        前期繰越 | 繰越 | 期初余额 | 上期余额 | 上期结余 | 承前 | 承上結餘 | 承上结余 | 前期結餘 |
        ยอดยกมา | 이월 | 전월이월 | 전월잔액 | 이월잔액 | الرصيد الافتتاحي | رصيد أول المدة |
        רצת פתיחה | יתרת פתיחה | יתרה קודמת | so du dau* | algsaldo | sakuma atlikums |
        pradinis likutis | prethodno stanje | pocetno stanje | stanje prethodnog izvoda |
        prejsnje stanje | zacetno stanje | pocetni saldo | prethodni saldo |
        likutis laikotarpio pradzioje |
        likutis pradzioje | pradinis saldo | atlikums perioda sakuma | perioda sakuma |
        saldo perioodi alguses | algjaak | начално салдо | начална наличност | салдо в началото |
        почетна состојба | претходна состојба | почетно стање | претходно стање |
        вступний залишок | вхідний залишок |
        залишок на початок | початковий залишок | входящее сальдо | сальдо на начало |
        საწყისი ნაშთი | solde depart | solde de depart | solde de debut | solde debut de periode |
        solde a l'ouverture | ancien solde crediteur | ancien solde debiteur |
        saldo contable anterior | saldo en libros anterior | saldo al dia anterior |
        saldo de inicio | saldo inicio | saldo iniziale al | saldo letzte abrechnung* |
        letzte abrechnung | kontostand letzte abrechnung | saldo der letzten abrechnung |
        ubertrag aus buch* | saldo aus letztem auszug | donem basi bakiye* | donem basi* |
        baslangic bakiye* | ilk bakiye | gjendja fillestare | gjendja ne fillim |
        balanca fillestare | staða í upphafi | innistæða í upphafi | salio la kuanzia |
        salio la mwanzo | ամսասկզբի մնացորդ | सुरुको मौज्दात | प्रारंभिक शेष | आरंभिक शेष |
        প্রারম্ভিক ব্যালেন্স | openingsbalans | aanvangsaldo | balance b/fwd | balance b/d |
        bal b/d | b/d | saldo sebelumnya | saldo bulan lalu | baki dibawa* | so du ky truoc |
        期初餘額 | 上期餘額 | 前期余额 | 上月結餘 | 上次結餘 | 기초잔액 | 전일잔액 |
        opening position | opening cash* | start-of-period balance |
        account balance brought forward | balance forward |
        saldo ved periodens start | saldo fra forrige* |
        saldo fra kontout* | overforsel fra sidste* | opened at | opened with | started at |
        started with | began at | began with |
        saldo poprzednie | predchozi zustatek | zustatek predchozi | predchadzajuci zostatok |
        elozo egyenleg | indulo egyenleg | sold precedent | saldo lalu | stan poprzedni |
        vorheriger saldo | bisheriger saldo | saldo de partida | saldo do extrato anterior |
        saldo extracto anterior | saldo estratto precedente | saldo del extracto anterior |
        edellinen saldo | foregaende saldo | forrige saldo | sidste saldo | vorige balans |
        balance from previous statement | fatura anterior | total da fatura anterior |
        valor da fatura anterior | saldo da fatura anterior | deuda anterior | monto anterior |
        estado de cuenta anterior | estratto conto precedente | montant precedent |
        facture precedente | montant du precedent | letzter rechnungsbetrag | letzte rechnung |
        saldo letzte rechnung | vorherige rechnung | onceki donem borcu | onceki ekstre* |
        vorig openstaand saldo | forrige faktura | foregaende faktura | edellinen lasku |
        前回ご請求額 | 上期应还* | 上期账单金额 | 上期應繳* | 前期應繳* | 전월 청구금액 |
        tagihan sebelumnya | tagihan lalu | baki terdahulu | baki penyata lepas |
        openstaand bedrag begin* | opgenomen bedrag begin* | uitstaand saldo begin* |
        letztkontostand | letzter saldo | alter rechnungssaldo | rechnungssaldo vormonat |
        adeudo anterior | adeudo del periodo anterior | saldo adeudado anterior |
        saldo adeudado final periodo anterior | saldo adeudado del periodo anterior |
        saldo deudor anterior | skyldig belop fra forrige* | skyldig fra forrige* |
        utestaende fra forrige* | saldo fra forrige faktura | |
        skuld fran foregaende* | skuld enligt foregaende* | ingaende skuld | tidigare skuld |
        edellisen laskun loppusaldo | edellisen laskun saldo | solde du releve precedent |
        solde au releve precedent | montant du releve precedent | debito residuo precedente |
        saldo estratto conto precedente | saldo mese precedente | valor da ultima fatura |
        saldo vorige afrekening | saldo vorig overzicht | te betalen vorig overzicht |
        saldo z poprzedniego wyciagu | zadluzenie poprzednie | zadluzenie na poczatek okresu |
        zadluzenie z poprzedniego* | predchozi dluzna castka | dluzna castka z minuleho* |
        opening balance owing | previous balance owing | balance owing from last statement |
        amount owing from last statement | elozo zaro egyenleg | elozo tartozas |
        datorie precedenta | sold datorat anterior
    """,
    Label.CLOSING: """
        monto total facturado a pagar |
        outstanding balance |
        outstanding at end | balance at end* | balance at the end* | closing bal* |
        close balance | ending bal* | end balance | final balance | end of period |
        balance carried forward | carried forward | c/f | c/fwd | bal c/f | balance c/f |
        new amount owing | new amount owed | closing amount owing |
        new balance | current balance | new statement balance | your balance at close* |
        closing ledger* | statement balance | total amount due | balance this statement |
        endsaldo | endbestand | endkontostand | neuer saldo | neuer kontostand | neuer stand |
        aktueller kontostand | saldo neu | schlusssaldo | schlussaldo | abschlusssaldo |
        kontostand neu | schlußsaldo | solde final | nouveau solde | solde actuel |
        solde de cloture | solde en fin* | solde a la fin* | solde en fin de periode |
        saldo final | saldo actual | saldo de cierre | saldo al cierre | saldo al corte |
        saldo atual | saldo de fechamento | saldo finale | saldo attuale | saldo di chiusura |
        saldo contabile finale | saldo nuevo | eindsaldo | nieuw saldo | slotsaldo | saldo nieuw |
        utgaende saldo | udgaende saldo | ultimosaldo | ultimo saldo | ny saldo | loppusaldo |
        saldo koncowe | stan koncowy | koncowe | konecny zustatek | konecny zostatok |
        konecny stav | zaro egyenleg | zaroegyenleg | sold final | sold curent |
        kapanis bakiyesi | son bakiye | νεο υπολοιπο | τελικο υπολοιπο | υπολοιπο ληξης |
        баланс на конец |
        исходящий остаток | остаток на конец | конечный остаток | saldo akhir | saldo penutup |
        baki penutup | baki akhir | 翌月繰越 | 次月繰越 | 翌月へ繰越 |
        次月へ繰越 | 次回へ繰越 | 次期へ繰越 | 次期繰越 | 期末残高 | 今回残高 | 期末余额 |
        本期余额 | 本期结余 | 期末結餘 | ยอดยกไป | 차월이월 | 기말잔액 | الرصيد الختامي |
        رصيد آخر المدة | יתרת סגירה | יתרה סופית | so du cuoi* | loppsaldo | beigu atlikums |
        galutinis likutis | novo stanje | konacno stanje | zavrsno stanje | zakljucno stanje |
        krajnje stanje | koncno stanje | zavrsni saldo | likutis laikotarpio pabaigoje |
        likutis pabaigoje | galutinis saldo | atlikums perioda beigas | perioda beigas |
        saldo perioodi lopus | loppjaak | крайно салдо | крайна наличност | салдо в края |
        крајна состојба | нова состојба | крајње стање | ново стање | вихідний залишок |
        залишок на кінець |
        кінцевий залишок | исходящее сальдо | сальдо на конец | საბოლოო ნაშთი |
        solde fin de periode | solde de fin | solde arrete | solde a la cloture |
        nouveau solde crediteur | nouveau solde debiteur | saldo contable actual |
        saldo en libros | saldo al final | saldo de fin | saldo fin | saldo finale al |
        neuer saldo* | saldo dieser abrechnung | abrechnungssaldo | ubertrag auf buch* |
        donem sonu bakiye* | donem sonu* | bitis bakiye* | kapanis bakiye* |
        gjendja perfundimtare | gjendja ne fund | balanca perfundimtare | staða í lok |
        salio la mwisho | salio la kufunga | अंतिम शेष | সমাপনী ব্যালেন্স | slotbalans |
        sluitingsaldo | closing position | closing cash* | balance c/d | bal c/d | c/d |
        結餘轉下期 | 轉下期 | saldo bulan ini | baki akhir* | so du cuoi ky |
        期末餘額 | 本期餘額 | 本月結餘 |
        total dues | total due | amount due | total balance due | amount owed | new balance owed |
        saldo ved periodens slut | end-of-period balance | closed at | closed with | ended at |
        ended with | finished at | finished with |
        nytt saldo | uusi saldo | zustatek konecny | nova saldo |
        novy zustatek | uj egyenleg | sold nou | saldo al corte del periodo | saldo a final |
        saldo do extrato | total desta fatura | total da fatura | total da fatura atual |
        valor da fatura | valor desta fatura | total a pagar | deuda total | deuda actual |
        deuda total del periodo | monto total facturado* | monto facturado a pagar |
        pago total del mes | nuevo saldo | totale da pagare | totale dovuto | importo dovuto |
        montant total du | montant du | nouveau montant du | neuer rechnungsbetrag |
        rechnungsbetrag | totaal te betalen | nieuw openstaand saldo | openstaand saldo |
        donem borcu | hesap ozeti borcu | toplam borc tutari | att betala | a betale |
        at betale | total tagihan | jumlah tagihan | baki semasa | 今回ご請求額 | ご請求金額 |
        本期应还* | 本期應繳* | 이번 달 결제금액 | 청구금액 |
        openstaand bedrag eind* | opgenomen bedrag eind* | uitstaand saldo eind* |
        total amt due | tot amt due | total balance for* | solde en notre faveur |
        zu zahlender betrag | neuer rechnungssaldo | pago para no generar intereses |
        adeudo total | adeudo actual | saldo adeudado | saldo adeudado total |
        saldo deudor total | saldo deudor actual | skyldig belop | skyldig saldo |
        utestaende belop | utestaende saldo | utgaende skuld | ny skuld | aktuell skuld |
        laskun loppusaldo | solde du releve | totaal verschuldigd | te betalen bedrag |
        zadluzenie na koniec okresu | zadluzenie calkowite | calkowite zadluzenie |
        zadluzenie biezace | biezace zadluzenie | celkova dluzna castka | aktualni dluzna castka |
        closing balance owing | new balance owing | total balance owing | uj tartozas |
        teljes tartozas | datorie totala | sold datorat
    """,
    Label.TOTAL: """
        total* | totals | subtotal | sub total | sub-total | grand total | page total* | summe* |
        gesamtsumme | totaux | total des* | totale* | totaal* | suma | sumas | somma | sum |
        summa | yhteensa | razem | celkem | spolu | osszesen | toplam | genel toplam | συνολο |
        συνολα | итого | всего | обороты | оборот | rulaj* | obroty | obrat | umsatzsumme |
        turnover* | jumlah* | 合計 | 合计 | 小計 | 小计 | 總計 | 总计 | รวม | รวมทั้งสิ้น | 합계 |
        소계 | المجموع | الإجمالي | סהכ | סה"כ | tong cong | kopsumma | viso | сул | სულ |
        apyvarta* | обороти | оборот* | обіг | promet | ukupno | dienos apyvarta | apgrozijums |
        kaive | gjithsej | samtals | jumla | कुल | মোট | summe umsatze | total des operations |
        total mouvements | total movimientos | 合 計 | umsatztotal* | zwischensumme umsatze |
        zwischensumme der umsatze |
        вкупно | укупно | totais | i alt | total general | total geral | totale generale |
        totaal generaal |
        summe der umsatze | saldo mutasi | total transaksi |
        transaction summary | 交易總額 | 交易总额
    """,
    Label.BALANCE: """
        balance* | balance as of | balance as at | balance on | saldo* | saldo per | saldo am |
        solde* | kontostand* | stan konta | stav uctu | egyenleg* | bakiye | υπολοιπο | остаток* |
        baki | jaannos | 残高 | 余额 | 余額 | 結餘 | ยอดคงเหลือ | 잔액 | الرصيد | יתרה |
        saldo contable | likutis | atlikums | jaak | stanje | салдо | залишок | ნაშთი | gjendja |
        staða | salio | доступно на | 결산 | 餘額 |
        zustatek* | zostatok* | sold la | sold contabil | stav ke dni | saldo na dzien |
        saldo na den | capital restant du | restschuld | outstanding principal |
        capital pendiente | debito residuo | capitale residuo | restgjeld | restgaeld | restskuld
    """,
}

#: Titles over entries that all move money one way.
SECTION_WORDS: dict[int, str] = {
    -1: """
        withdrawals* | other withdrawals* | electronic withdrawals | atm withdrawals* |
        atm & debit card* | subtractions* | debits | other debits | electronic debits | checks |
        checks paid* | conventional checks paid* |
        cheques* | check card* | service fees | service charges | fees* |
        fees and* | payments and other*debits | new transactions* | purchase | purchases* |
        compras* | consumos* | achats* | acquisti* | einkaufe* | zakupy* | aankopen* | nakupy* |
        cash advances* |
        interest charged* |
        payments out | money out | charges | new charges | transactions debit | card purchases* |
        debit card* | electronic payments* | belastungen* | ausgaben | ausgange | lastschriften* |
        debits* | retraits* | depenses* | cargos* | retiros* | saidas* | debitos* | uscite* |
        addebiti* | afschrijvingen* | uttag* | uttak* | wydatki* | obciazenia* | odchozi* |
        terhelesek* | plati* | giderler* | expenses* | outgoing* | bank card* | account fees |
        payments made | vos depenses | your new charges* | uitgaven | borclar |  pagos realizados |
        pagamentos efetuados | gastos* | egresos*
    """,
    1: """
        deposits* | other deposits* | additions* | credits | other credits* |
        electronic deposits | electronic credits | deposits and* | payments and credits* |
        payments & credits* | payments, credits* | payments received | payment received |
        payments and other credits* | payments & other credits* | payments/credits* |
        refunds* | payments and refunds* | interest paid | interest credited | money in |
        payments in | your payments | incoming* |
        direct deposits* | customer deposits* | gutschriften* | eingange* | einnahmen* |
        versements* | abonos* | depositos* | entradas* | creditos* | entrate* | accrediti* |
        bijschrijvingen* | insattningar* | innskudd* | wplywy* | uznania* | prichozi* |
        jovairasok* | incasari* | gelirler* | income |
        vos encaissements | ingresos* | ontvangsten | alacaklar |  pagos recibidos |
        pagamentos recebidos | encaissements*
    """,
}
