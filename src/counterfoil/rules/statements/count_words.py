"""What a printed number of entries is called: ``Number of transactions``, ``Withdrawal Count``.

Words are parted by ``|`` and compared folded: lower case, without accents; ``*`` stands for
more letters. A number of anything that is not in these lists (checks, days, enclosures, what
is free of charge) is no number of entries that could be counted here.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from counterfoil.rules.statements.folding import folded
from counterfoil.rules.statements.vocabulary import pattern_of, way_of

#: "How many": each of them makes the number beside it a count.
_HOW_MANY = """
    total number of | number of | numbers of | no of | nos of | num of | nbr of | # of | count of |
    count | counts | number | no | nos | # | qty | quantity | instances | anzahl der | anzahl |
    stuck | stk | st | nombre des | nombre de | nombre d' | nombre | nbre de | nbre | nb de | nb |
    numero de | numero di | numero | num de | num | nro de | nro | n de | n o de | n o |
    n os de | n os | n | cantidad de |
    cantidad | quantidade de | quantidade | qtd de | qtd | qtde | quantita | aantal | antal |
    antall | liczba | ilosc | pocet | pocty | szama | szam | darabszam | darab | numar de |
    numar | nr de | nr | broj | stevilo | брой на | брой | брои | број на | број | количество |
    кол-во | число | кількість | αριθμος | πληθος | adet | adedi | sayisi | lukumaara | kpl |
    bilangan | banyaknya | skaits | skaicius | arv | so luong | so | fjoldi
"""
_HOW_MANY_ANYWHERE = "건수|횟수|笔数|筆數|件数|件數|回数|次數|次数|จำนวน|عدد|מספר|კოლ"

#: What is counted, whichever way it went.
_ENTRIES = """
    transactions | transaction | txns | txn | trans | entries | entry | items | item | postings |
    posting | movements | movement | buchungen | buchungsposten | buchungszeilen | umsatze |
    umsatzen | posten | transaktionen | bewegungen | operations | operation | ecritures |
    ecriture | mouvements | mouvement | transacciones | transaccion | movimientos | movimiento |
    apuntes | apunte | operaciones | operacion | asientos | movimenti | movimento | operazioni |
    operazione | scritture | movimentos | lancamentos | lancamento | transacoes | operacoes |
    transacties | transactie | mutaties | verrichtingen | boekingen | transaktioner |
    transaksjoner | posteringer | bokforingar | handelser | tapahtumat | tapahtumia | tapahtumien |
    operacje | operacji | transakcji | transakcje | ksiegowan | pohyby | pohybu | transakce |
    transakci | polozky | polozek | operaci | tetelek | tetel | tranzakciok | tranzakcio |
    tranzactii | operatiuni | islem | islemler | hareket | hareketler | transakcija | transakcije |
    promjena | stavki | операций | операции | операция | операцій | транзакций | транзакции |
    трансакции | проводок | движения | ставки | συναλλαγων | συναλλαγες | κινησεων | transaksi |
    urus niaga | mutasi | giao dich | faerslur | darijumi | operacijos | tehingud | tehingute |
    документів | документов | проведень | kannet | kannete
"""
_ENTRIES_ANYWHERE = "거래|交易|笔|筆|件|取引|รายการ|ธุรกรรม|معاملات|المعاملات|תנועות"

#: Money in and money out as only counts call them.
_WAYS = {
    1: """panoja | panojen | talletuksia | uznan | bij | кредитни | кредитных |
        приходных | kreditnih | creditverrichtingen""",
    -1: """ottoja | ottojen | nostoja | obciazen | af | дебитни | дебетовых |
        расходных | debitnih | debetverrichtingen""",
}

#: That it is all of them.
_TOTALS = """
    totals | total | totale | totaux | totaal | summe | summa | suma | sum | gesamt | gesamtzahl |
    celkem | celkom | spolu | razem | lacznie | toplam | toplami | osszesen | yhteensa | samtals |
    ukupno | skupno | jumlah | turnover | obraty | obrat | обороты | оборот | promet | итого |
    всего | общо | вкупно | укупно | συνολο | συνολικος
"""
_TOTALS_ANYWHERE = "总|總|合計|合计|총|共|计|計|ทั้งหมด|รวม"

#: What may stand between all of these.
_AROUND = """
    the | of | all | for | in | on | to | this | your | on this page | this page |
    this statement | in this period | this period | in period | this month | de | del | des |
    du | d' | la | le | les | el | los | las | der | die | das | dei | di | delle | degli |
    van | uw | na | za | listed | shown | posted | booked | au | al | im | zeitraum | periode |
    periodo | mes | totaling | totalling
"""
_AROUND_ANYWHERE = "(?!)"

WAY_MIN = 2  # letters: one is the initial of a name
_LINKS = re.compile(r"[/&+,;]| (?:and|und|et|y|e|i|en|och|og|ja) ")
_NARROW = re.compile(
    r"(?<!\w)(?:deposits?|withdrawals?|depositos?|retiros?|depots?|retraits?|einzahlung\w*|"
    r"auszahlung\w*|versements?|versamenti|prelievi|lodgements?|wplat\w*|wyplat\w*)(?!\w)"
)
_OTHER = re.compile(r"((?:and|&|/) )other (?=\w)")
_DRAWN = re.compile(r"[:.()\[\]*|·•=–—-]+")
_SCRIPT = re.compile(r"([\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+)")


def _words(listed: str) -> re.Pattern[str]:
    return pattern_of(part for part in listed.replace("\n", " ").split("|"))


_PATTERNS = [
    (_words(listed), re.compile(anywhere))
    for listed, anywhere in (
        (_HOW_MANY, _HOW_MANY_ANYWHERE),
        (_ENTRIES, _ENTRIES_ANYWHERE),
        (_TOTALS, _TOTALS_ANYWHERE),
        (_AROUND, _AROUND_ANYWHERE),
    )
]
_WAY_WORDS = [(sign, _words(listed)) for sign, listed in _WAYS.items()]


class Counted(NamedTuple):
    """What is counted by the words around a number."""

    way: int  # -1 money out, +1 money in, 0 both
    how_many: bool  # a word says that it is a count
    entries: bool  # a word for entries is among them
    total: bool  # or one that says that it is all of them
    narrow: bool = False  # interest and charges may not be among them


@lru_cache(maxsize=4_000)
def counted(text: str) -> Counted | None:
    """What *text* counts; None where a word of it is not known here."""
    rest = _OTHER.sub(r"\1", " ".join(_DRAWN.sub(" ", folded(text)).split()))
    narrow = _NARROW.search(rest) is not None
    found: list[bool] = []
    for spelled, anywhere in _PATTERNS:
        taken = anywhere.sub(" ", spelled.sub(" ", rest))
        found.append(taken != rest)
        rest = taken
    ways = {_way(part.strip()) for part in _LINKS.split(f" {rest} ") if part.strip()}
    if 0 in ways or len(ways) > 1:
        return None
    how_many, entries, total, _ = found
    return Counted(ways.pop() if ways else 0, how_many, entries, total, narrow and not entries)


def _way(part: str) -> int:
    part = " ".join(part.split())
    if part.isascii() and len(part) < WAY_MIN:
        return 0
    own = next((sign for sign, words in _WAY_WORDS if words.fullmatch(part)), 0)
    ways = {own or way_of(part)}
    if ways == {0}:
        said = {each: way_of(each) for each in map(str.strip, _SCRIPT.split(part)) if each}
        # Another script may say the same in words we do not know; "ATM 提取" says of which.
        ways = {way for each, way in said.items() if way or each.isascii()}
    return ways.pop() if len(ways) == 1 else 0
