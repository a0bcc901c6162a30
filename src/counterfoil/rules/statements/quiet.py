"""A month without a transaction is a statement too, if it says so itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from counterfoil.domain.statements import (
    Equation,
    Grade,
    Proof,
    Proved,
    Statement,
    Unproved,
    Verdict,
)
from counterfoil.rules.statements.accounts import own_number
from counterfoil.rules.statements.blocks import Quiet
from counterfoil.rules.statements.currencies import Account, currency_of
from counterfoil.rules.statements.document import Document
from counterfoil.rules.statements.facts import Fact
from counterfoil.rules.statements.folding import folded
from counterfoil.rules.statements.naming import TITLE_MAX
from counterfoil.rules.statements.terms import Label

_NOTHING = re.compile(
    r"no (?:transactions?|activity|entries|movements?|postings?)|without (?:transactions|movement)|"
    r"there (?:were|are|is) no|keine (?:umsatze|buchungen|bewegungen)|umsatzlos|"
    r"aucun(?:e)? (?:operation|mouvement|ecriture)|"
    r"sin movimientos|no hubo movimientos|sem (?:movimento|lancamentos)|nessun movimento|"
    r"geen (?:transacties|mutaties|boekingen)|"
    r"brak (?:operacji|transakcji)|zadne (?:pohyby|transakce)|nincs (?:tranzakcio|forgalom)|"
    r"ingen (?:transaktioner|bevegelser|bevaegelser|posteringer)|"
    r"ikke v(?:aeret|aert) (?:nogen |noen )?(?:bevaegelser|bevegelser|posteringer)|"
    r"ei tapahtumia|hareket (?:yok|bulunmamaktadir)|tidak ada transaksi|tiada transaksi|"
    r"tehingu(?:id|te)? (?:ei|puudu)|ei ole tehingu|(?:darijumu|operaciju|transakciju) nav|"
    r"operaciju (?:nebuvo|nera)|(?:nema|nije bilo) (?:promet|transakcij|promjen)|"
    r"no hay (?:movimientos|operaciones)|nao houve (?:movimento|lancamento)|"
    r"(?:nu exista|fara) (?:tranzactii|operatiuni|miscari)|ziadne (?:pohyby|transakcie)|"
    r"engar (?:faerslur|hreyfingar)|inga (?:transaktioner|handelser)|"
    r"(?:операции|операций|движени[ея]) (?:нет|не было|нямаше)|няма (?:операции|движени)|"
    r"(?:немає|не було) (?:операцій|рух)|не е имало движени|δεν υπαρχουν|אין תנועות|لا توجد|"
    r"khong co giao dich|无交易|"
    r"取引はありません|没有交易|無交易|ไม่มีรายการ|거래내역이 없|нет операций"
)


def quiet_month(document: Document, gaps: Sequence[str]) -> Verdict | None:
    """The verdict on a document without entries; None where it does not say that it has none."""
    text = folded(" ".join(line.text for line in document.lines))
    openings, closings = _of(document, Label.OPENING), _of(document, Label.CLOSING)
    moved = [*_of(document, Label.TOTAL_CREDITS), *_of(document, Label.TOTAL_DEBITS)]
    says_so = _NOTHING.search(text) is not None
    if not (openings and closings and (says_so or moved)):
        return None
    values = {fact.value for fact in (*openings, *closings)}
    if len(values) != 1 or any(fact.value for fact in moved):
        return Unproved(
            account="",
            code="does_not_add_up",
            reason="no entries were found, and its balances or totals are not a quiet month's",
        )
    shortfalls = list(gaps)
    if not (says_so and moved):
        shortfalls.append(ONE_WITNESS)
    quiet = Quiet(openings[0], closings[0])
    return _proved(document, quiet, Account(range(len(document.lines))), shortfalls)


ONE_WITNESS = "only one of two things says that nothing was booked: a sentence, zero totals"


def quiet_account(document: Document, quiet: Quiet, gaps: Sequence[str]) -> Proved:
    """The verdict on an account without entries beside others."""
    words = folded(
        " ".join(document.lines[index].text for index in quiet.lines if index < len(document.lines))
    )
    shortfalls = [*gaps, *([] if _NOTHING.search(words) else [ONE_WITNESS])]
    listed = _name_on_line(document, quiet)
    line = quiet.opening.line
    title = document.lines[line].label() if listed else document.identity_above(line)
    name = listed or own_number(title)
    lines = range(quiet.lines.start, quiet.closing.line + 1)  # what is below is another one's
    proved = _proved(document, quiet, Account(lines, titles=[title], number=name), shortfalls)
    account = name or proved.statement.account
    return replace(proved, statement=replace(proved.statement, account=account))


def _name_on_line(document: Document, quiet: Quiet) -> str:
    """The number, or the words, of its line in a summary with a column for each end; or ""."""
    line = document.lines[quiet.opening.line]
    if quiet.closing.line != line.index or quiet.opening.words in line.text:
        return ""
    return own_number(line.label()) or line.label()[:TITLE_MAX]


def _proved(document: Document, quiet: Quiet, account: Account, shortfalls: list[str]) -> Proved:
    opening, closing = quiet.opening, quiet.closing
    currency = currency_of(document, account)
    if currency.shortfall:
        shortfalls = [*shortfalls, currency.shortfall]
    equation = Equation(
        kind="closing",
        says=f"{opening.value:,} + 0 = {closing.value:,}",
        left=opening.value,
        right=closing.value,
        places=(opening.place, closing.place),
    )
    named = [each.text for each in document.accounts if each.line in account.lines]
    return Proved(
        statement=Statement(
            account=named[-1] if named else "",
            currency=currency.code,
            opening=opening.value,
            closing=closing.value,
            transactions=(),
        ),
        proof=Proof(
            grade=Grade.B if shortfalls else Grade.A,
            equations=(equation,),
            dates=("there are none",),
            shortfalls=tuple(shortfalls),
        ),
    )


def _of(document: Document, label: Label) -> list[Fact]:
    return [fact for fact in document.facts if fact.label is label]
