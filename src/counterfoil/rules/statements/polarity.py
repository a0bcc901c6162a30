"""Whether printed balances are money had or money owed: a card, a loan.

Where only one column of amounts is printed, a statement adds up both ways, every sign turned.
What decides: negative balances, titles and totals that say which way they went, words of the
trade. What the entries call themselves can only contradict: then nobody can tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice

from counterfoil.domain.statements import sum_of
from counterfoil.rules.statements.blocks import Outcome, uses_balances
from counterfoil.rules.statements.card_words import (
    is_billed,
    is_of_the_trade,
    may_be_bill,
    names_card,
)
from counterfoil.rules.statements.chain import Chain, Entry
from counterfoil.rules.statements.document import Document
from counterfoil.rules.statements.folding import folded
from counterfoil.rules.statements.naming import titles_of
from counterfoil.rules.statements.owed_words import heads_owed, says_owed
from counterfoil.rules.statements.summary_boxes import ways_said
from counterfoil.rules.statements.terms import Label
from counterfoil.rules.statements.vocabulary import pattern_of
from counterfoil.rules.statements.ways import Use

TITLED_FROM = 3  # entries under titles of money in or money out
TITLES_NEAR = 2  # above a table, that may be the account's
TEXT_MAX = 400  # lines that are looked at
SPOKEN_FROM = 4  # entries that say which way they went ...
FEW_SPOKEN = 2  # enough against a card's words alone: a salary is no purchase
SPOKEN_TIMES = 3  # ... and so many times as many as those that say the other way

_LOAN = re.compile(
    r"(?<!\w)(?:loan|mortgage|line of credit|credit line|heloc|"
    r"kredit\w*konto|darlehen\w*|pret|prestamo|emprestimo|hypothe[kc]\w*|hipoteca|mutuo|"
    r"lainan?|kredyt\w*|lening|uver\w*|posojil\w*|zajam|paskol\w*|aizdevum\w*|laenu?\w*|"
    r"(?:annuitets|bolig|hus|bil|forbruks|privat|blanco|bo)?lan(?:et|enr|ekonto|elopp)?)(?!\w)"
)
#: What is lent, in any word, and what is kept in an account with money in it.
_LENT = re.compile(
    r"(?<!\w)(?:cards?|visa|mastercard|amex|loan|credit (?:line|account)|overdraft account|"
    r"\w*kart[eay]?n?|carte|tarjeta|cartao|carta|kort|kortet|kredit\w*|prestito|"
    r"πιστωτικ\w* καρτ\w*|δανει\w*|кредитн\w* (?:карт|лини)\w*|заем|займ\w*)(?!\w)|"
    r"信用卡|クレシット|신용카드|대출|贷款|貸款"
)
_KEPT = re.compile(
    r"(?<!\w)(?:checking|chequing|savings?|withdrawals?|deposits?|current account|iban|sort code|"
    r"giro\w*|compte (?:courant|cheques?)|cuenta (?:corriente|de ahorros?)|caja de ahorro|"
    r"conta[ -]corrente|conto corrente|betaalrekening|lonnskonto|brukskonto|lonekonto|"
    r"ταμιευτηρι\w*|τρεχουμεν\w*|οψεως|(?:расчетн|текущ|лицев|расчетен|розрахунков)\w* "
    r"(?:счет|рахун)\w*)(?!\w)|普通預金|当座預金|活期|储蓄|儲蓄|往來|往来账户|보통예금|저축예금"
)
_SAVED = re.compile(rf"(?<!\w)shares?(?!\w)|{_KEPT.pattern}")
#: What paying more than the minimum would save, in a table that cards have to print.
_ESTIMATED = re.compile(r"\(savings ?=")
#: What entries call themselves, folded: money spent, and money that came in.
_SPENT_WORDS = """
    purchase | pos | withdrawal | withdrawn | atm | cash machine | card payment | debit card |
    direct debit | standing order | bill pay | bill payment | payment to | transfer to |
    interest charged | fee | charge | insurance | rent | contactless | kartenzahlung |
    lastschrift | abbuchung | dauerauftrag | bargeldauszahlung | achat | retrait | prlv |
    prelevement | compra | reintegro | retiro | adeudo | cargo | pagamento pos | prelievo |
    addebito | betaalautomaat | geldautomaat | incasso | varekjop | kortkop | autogiro | uttag
"""
_CAME_WORDS = """
    salary | payroll | wages | deposit | refund | cashback | thank you | payment received |
    interest paid | interest earned | credit interest | reversal | returned | return |
    transfer from | payment from | credit from | dividend | pension | lohn | gehalt | gutschrift |
    rente | salaire | virement recu | vir recu | remboursement | nomina | abono | ingreso |
    devolucion | reembolso | estorno | extorno | reversao | storno | rimborso | zwrot | iade |
    aterbetalning | avoir | stipendio | accredito | bonifico a vostro favore | salaris | lonn | lon
"""


_SPENT, _CAME = pattern_of(_SPENT_WORDS.split("|")), pattern_of(_CAME_WORDS.split("|"))


def polarity(document: Document, outcome: Outcome, chain: Chain) -> int | None:
    """-1 where balances are printed as money owed; +1 as money had; None: cannot be told."""
    sign = _by_print(document, outcome, chain)
    if sign is None or not _is_open(chain):
        return sign
    told = _by_totals(document, outcome, chain)
    if told:
        return told
    around = _around(document)
    if sign > 0 and (may_be_bill(around) or not _is_had(around, chain)):
        return None
    return None if _spoken(chain) * sign < 0 else sign


def _by_print(document: Document, outcome: Outcome, chain: Chain) -> int | None:
    if _runs_against_titles(chain) and not chain.hypothesis.flipped:
        return -1
    loan = _is_loan(outcome) or _is_said(document, chain)
    card = not loan and _is_card(document) and not _is_kept(_title(outcome))
    if not loan and not card:
        return None if chain.hypothesis.flipped or _turned(chain) else 1
    if _is_negative(chain):
        return 1
    spent = sum(entry.amount < 0 for entry in chain.entries)
    if spent * 2 > len(chain.entries) and not loan:
        return 1
    if not card:
        return -1
    near = titles_of(document, outcome)[-TITLES_NEAR:]
    if _spoken(chain, FEW_SPOKEN) > 0 or any(map(_is_kept, near)):
        return None
    alone = _is_alone(document, outcome) or not _KEPT.search(_around(document))
    return -1 if alone else _if_lent(outcome)


def _is_said(document: Document, chain: Chain) -> bool:
    """Whether the heading of its balances, or what both its ends are called, says "owed"."""
    if heads_owed(entry.event for entry in chain.entries):
        return True
    ends = ((Label.OPENING, chain.opening), (Label.CLOSING, chain.closing))
    named = [
        [fact.words for fact in document.facts if fact.label is label and abs(fact.value) == value]
        for label, value in ends
    ]
    said = [any(map(says_owed, words)) for words in named]
    return any(said) and all(owed or not words for owed, words in zip(said, named, strict=True))


def _is_negative(chain: Chain) -> bool:
    """Whether an end shows its own sign."""
    return chain.opening < 0 or chain.closing < 0


def _is_open(chain: Chain) -> bool:
    """One column of amounts with signs that are no letters, no titles, positive ends, no more."""
    if _is_negative(chain) or chain.hypothesis.flipped or uses_balances(chain):
        return False
    return not any(_is_told(chain, entry) for entry in chain.entries)


def _is_told(chain: Chain, entry: Entry) -> bool:
    """Whether a column, letters or a title say which way the entry went."""
    event, uses = entry.event, chain.hypothesis.use_of(entry.event)
    return bool(event.sign or event.section.sign) or any(
        uses[index] in (Use.DEBIT, Use.CREDIT) or (uses[index] is Use.AMOUNT and amount.lettered)
        for index, amount in event.cells.items()
    )


def _by_totals(document: Document, outcome: Outcome, chain: Chain) -> int:
    """What totals of money in and of money out say of the signs; 0 where there are none."""
    block = outcome.block
    facts = [fact for fact in document.facts if block.start <= fact.line < block.end]
    said = list(ways_said(document, chain))
    came = {abs(fact.value) for fact in facts if fact.label is Label.TOTAL_CREDITS}
    came |= {value for way, value in said if way > 0}
    went = {abs(fact.value) for fact in facts if fact.label is Label.TOTAL_DEBITS}
    went |= {value for way, value in said if way < 0}
    more = sum_of([entry.amount for entry in chain.entries if entry.amount > 0])
    less = -sum_of([entry.amount for entry in chain.entries if entry.amount < 0])
    if more == less or Decimal(0) in (more, less):
        return 0
    return (more in came and less in went) - (less in came and more in went)


def _spoken(chain: Chain, least: int = SPOKEN_FROM) -> int:
    """+1 where the words of *least* entries bear the signs out, -1 where they run against them."""
    said = list(_said(chain))
    borne, against = sum(each > 0 for each in said), sum(each < 0 for each in said)
    if max(borne, against) < least:
        return 0
    return (borne >= against * SPOKEN_TIMES) - (against >= borne * SPOKEN_TIMES)


def _said(chain: Chain) -> Iterator[int]:
    """For each entry that says which way it went, whether its sign does too."""
    for entry in chain.entries:
        text = folded(" ".join(line.label() for line in entry.event.words))
        way = (_CAME.search(text) is not None) - (_SPENT.search(text) is not None)
        if way:
            yield way if entry.amount > 0 else -way


def _runs_against_titles(chain: Chain) -> bool:
    """``Payments and credits  -42.26``: less is owed by what came in, title for title."""
    return _turned(chain) >= TITLED_FROM


def _turned(chain: Chain) -> int:
    """How many entries run against the titles over them; 0 where one runs with its own."""
    if _is_negative(chain):
        return 0
    titled = [each.amount * each.event.section.sign for each in chain.entries]
    titled = [each for each in titled if each]
    return len(titled) if all(each < 0 for each in titled) else 0


def _is_card(document: Document) -> bool:
    """Words of cards, or a bill's, or one card's number where nothing is kept."""
    around = _around(document)
    if is_of_the_trade(_text(document)) or is_billed(around):
        return True
    return names_card(around) and _KEPT.search(around) is None


def _is_had(around: str, chain: Chain) -> bool:
    """Whether the entries say so, or words for such accounts, or no word of anything lent."""
    return _spoken(chain) > 0 or _KEPT.search(around) is not None or _LENT.search(around) is None


def _around(document: Document) -> str:
    """What stands around the entries, which speak of cards whatever the account is."""
    lines = (line for line in document.lines if line.index not in document.entry_lines)
    return folded(" ".join(line.text for line in islice(lines, TEXT_MAX)))


def _text(document: Document) -> str:
    return folded(" ".join(line.text for line in document.lines[:TEXT_MAX]))


def _title(outcome: Outcome) -> str:
    """The account's title and the headings of its columns."""
    first = outcome.block.runs[0]
    heading = first.events[0].table.heading
    cells = () if heading is None else heading.cells
    return " ".join([first.identity, *(cell.text for cell in cells)])


def _is_kept(title: str) -> bool:
    """Whether *title* is of an account with money in it."""
    bare = _ESTIMATED.sub("", folded(title))
    return _SAVED.search(bare) is not None and _LENT.search(bare) is None


def _is_alone(document: Document, outcome: Outcome) -> bool:
    """Whether the document is of this account only, and its words are about this one."""
    return outcome.block.start == 0 and outcome.block.end == len(document.lines)


def _if_lent(outcome: Outcome) -> int | None:
    """-1 where the account's own title says that it is lent; None: other accounts may be."""
    return -1 if _LENT.search(folded(outcome.block.runs[0].identity)) else None


def _is_loan(outcome: Outcome) -> bool:
    first = outcome.block.runs[0]
    return _LOAN.search(folded(first.identity)) is not None
