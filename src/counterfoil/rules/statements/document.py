"""One document read in one style of numbers: everything that is known before the search."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from counterfoil.domain.pages import PrintedPages
from counterfoil.domain.statement_layouts import Layout
from counterfoil.rules.statements.accounts import (
    AccountNumber,
    account_numbers,
    other_iban,
    own_number,
)
from counterfoil.rules.statements.events import Event, events_of, section_behind
from counterfoil.rules.statements.facts import (
    Fact,
    Month,
    Period,
    facts_of,
    months_of,
    periods_of,
)
from counterfoil.rules.statements.folding import folded
from counterfoil.rules.statements.grids import listed
from counterfoil.rules.statements.headed import with_headed_dates
from counterfoil.rules.statements.headings import Heading, headings_of
from counterfoil.rules.statements.lent_days import without_lent_days
from counterfoil.rules.statements.lines import Line, lines_of
from counterfoil.rules.statements.number_styles import Style
from counterfoil.rules.statements.page_counting import PageCount, page_counts
from counterfoil.rules.statements.pending_words import not_booked
from counterfoil.rules.statements.sections import Section
from counterfoil.rules.statements.silent_tables import silent_lines
from counterfoil.rules.statements.stacked import unstacked
from counterfoil.rules.statements.strung import set_out
from counterfoil.rules.statements.strung_heads import headed
from counterfoil.rules.statements.subtotals import summed_ahead, without_summaries
from counterfoil.rules.statements.summary_rows import ends_in_rows
from counterfoil.rules.statements.tables import Table, tables_of
from counterfoil.rules.statements.tails import without_tails
from counterfoil.rules.statements.terms import ENDS, Role
from counterfoil.rules.statements.vocabulary import label_of, role_of, section_sign

TITLE_MAX = 90  # characters
DIGITS_MAX = 24  # of a title, its period apart
HEADS_FROM = 3  # roles that make a line the heading of a table
NUMBERED_MAX = 8  # of one with a number, or in capitals
LISTED_ABOVE = 3  # lines above a heading that may be a title in a summary
LISTED_WORDS = 2  # of a title that a summary lists too
NUMBER_FROM = 9  # digits of an account's number that needs no word beside it
TITLE_WORDS_MAX = 5  # of a title without a number
NOT_BOOKED_ABOVE = 2  # lines above a heading that may say that nothing below is booked
TITLE_ABOVE = 8  # lines above a heading that may name the account


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Lines, tables and facts of one document."""

    style: Style
    lines: tuple[Line, ...]
    headings: tuple[Heading, ...]
    tables: tuple[tuple[Table, tuple[Event, ...]], ...]  # those with events, in reading order
    facts: tuple[Fact, ...]
    accounts: tuple[AccountNumber, ...]
    periods: tuple[Period, ...]
    months: tuple[Month, ...]
    page_counts: tuple[PageCount, ...]
    event_lines: frozenset[int]  # with money in a table
    entry_lines: frozenset[int]  # and those that belong to them
    daily_lines: frozenset[int]  # that hold the balances of days
    silent_lines: tuple[Line, ...]  # entries, by their place, of tables without money
    layout: Layout | None = None  # what a map says of it

    def identity_above(self, line: int) -> str:
        """What the lines just above *line* call the account; "" where they are silent."""
        for index in range(line - 1, max(line - TITLE_ABOVE, 0) - 1, -1):
            if index in self.entry_lines:
                if self._only_sums_up(index):
                    continue
                return ""
            if _is_section(self.lines[index]):
                continue
            numbered = index == line - 1 and _is_numbered(self.lines[index])
            listed = index >= line - LISTED_ABOVE and self._is_listed(index)
            named = numbered or listed or self.names_account(index) or is_title(self.lines[index])
            if named and not self._has_captions(index):
                return self.lines[index].text
        return ""

    def _is_listed(self, line: int) -> bool:
        """Whether a summary above has *line* with a balance: "ES1 - Savings  4,751.92"."""
        text = self.lines[line].text
        if len(text.split()) < LISTED_WORDS or self.lines[line].amounts:
            return False
        summary = (each for each in self.lines[:line] if each.index not in self.entry_lines)
        return any(each.amounts and each.text.startswith(text) for each in summary)

    def _only_sums_up(self, line: int) -> bool:
        """Whether *line* has nothing but numbers, or an end, and no date of its own."""
        label = self.lines[line].label()
        return not self.lines[line].dates and (not label or label_of(label) is not None)

    def names_account(self, line: int) -> bool:
        """Whether *line* has the number of an account."""
        return any(each.line == line for each in self.accounts)

    def _has_captions(self, line: int) -> bool:
        """Whether *line* has the words of several numbers below it: "Total deposits"."""
        text = self.lines[line].text
        below = [each for each in self.facts if each.line == line + 1 and each.beside]
        return sum(each.words in text for each in below) > 1

    def speaks_of_account(self, line: int) -> bool:
        """Whether *line* names an account, a period or an end."""
        return (
            self.names_account(line)
            or any(each.line == line and each.worded for each in self.periods)
            or any(each.line == line and each.label in ENDS for each in self.facts)
        )


_ACCOUNT = re.compile(
    r"account|saving|saver|line of credit|credit line|heloc|checking|chequing|current|deposit|loan|"
    r"mortgage|card|share|certificate|"
    r"money market|portfolio|capital social|parts de qualification|"
    r"konto|kredit|compte|livret|epargne|ahorro|cuenta|conta|poupanca|conto|libretto|rekening|zichtrekening|tili|"
    r"rachun|uct|szamla|hesap|"
    r"λογαριασμ|счет|рахун|akaun|tabungan|口座|普通|儲蓄|储蓄|往來|往来|活期|账户|帳戶|賬戶|戶口|บัญชี|계좌|حساب|חשבון|"
    r"\bpret\b|darlehen|hypothe[kc]|hipoteca|prestamo|emprestimo|\bmutuo\b|\blaina|kredyt|"
    r"tai khoan|wallet|\bpot\b|[a-z]{3} statement"
)


#: What stands over a box of any account.
_NO_NAME = re.compile(
    r"(?:your |my )?(?:credit card |card |bank )?account"
    r"(?: summary| overview| activity| details| at a glance)+"
)


def is_title(line: Line) -> bool:
    """A short line with an account's word, and no money: ``FREE CHECKING 0009``."""
    if line.amounts or len(line.dates) not in (0, 2) or len(line.text) > TITLE_MAX:
        return False  # two dates are its period
    digits = sum(map(str.isdigit, line.label()))
    if digits > DIGITS_MAX or line.text.endswith((".", ",", ";")):
        return False
    words = sum(any(map(str.isalnum, word.text)) for word in line.row.words)
    most = NUMBERED_MAX if _is_capitalised(line) else TITLE_WORDS_MAX
    if digits < 3 and words > most:
        return False
    roles = {role_of(word.text) for word in line.row.words} - {None}
    heads = len(roles) >= HEADS_FROM or {Role.DEBIT, Role.CREDIT} <= roles
    bare = folded(line.text)
    return (
        not heads and _ACCOUNT.search(bare) is not None and not _NO_NAME.fullmatch(bare.strip(" :"))
    )


def _is_capitalised(line: Line) -> bool:
    """``Pearl One Account - HKD Savings``: every word of it begins large, as in no sentence."""
    return all(not word.text[0].islower() for word in line.row.words)


def _is_numbered(line: Line) -> bool:
    """``Everyday 15-3999-0447182-00``: a few words and a long number."""
    few = len(line.row.words) <= NUMBERED_MAX and not line.amounts and not line.dates
    return few and sum(map(str.isdigit, own_number(line.text))) >= NUMBER_FROM


def _is_section(line: Line) -> bool:
    """``Deposits``: what stands below came in, whatever the account."""
    return section_sign(line.text) != 0 and not any(each.isdigit() for each in line.text)


_WORD = re.compile(r"[^\W\d_]{3,}")
_CALLED = re.compile(r"account (?:number|no)\W*(\w+)")
_DATES = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{2,4}")
_PRODUCT = re.compile(r"(\d[\d.-]{4,}\d) +([A-Z]{2}[A-Z\d])\b")
_NUMBER = re.compile(r"[\dXx*•#][\dXx*•#./-]*\d")


def other_account(one: str, two: str) -> bool:
    """Whether two lines name different accounts: no number of theirs is the same.

    A page or sheet number that differs is not another account, and a number that both have
    says nothing where each has a longer one: "360 Savings - 36937253336". A product's or a
    currency's code behind the number makes it another account: "815-30491 EOP".
    """
    if not one or not two:
        return False
    codes = [_PRODUCT.search(each) for each in (one, two)]
    if codes[0] and codes[1] and codes[0][1] == codes[1][1] and codes[0][2] != codes[1][2]:
        return True
    called = [_CALLED.search(folded(each)) for each in (one, two)]
    if called[0] and called[1] and called[0][1] != called[1][1]:
        return True
    if (other := other_iban(one, two)) is not None:
        return other
    first, second = (set(_NUMBER.findall(_DATES.sub(" ", each))) for each in (one, two))
    longest = {max(each, key=len) for each in (first, second) if each}
    if first & second & longest:
        return False
    if not first and not second:
        return set(_WORD.findall(one)) != set(_WORD.findall(two))
    if not first or not second:
        return False
    digits = min(sum(map(len, first)), sum(map(len, second)))
    return digits >= 6 or set(_WORD.findall(one)) != set(_WORD.findall(two))


def document_of(printed: PrintedPages, style: Style, layout: Layout | None = None) -> Document:
    """Read *printed*, which is in our words, in *style*."""
    lines = set_out(unstacked(listed(lines_of(printed, style), style)))
    headings = headed(lines, headings_of(lines))
    lines = with_headed_dates(lines, headings)
    tables: list[tuple[Table, tuple[Event, ...]]] = []
    raw = _without_rows(tables_of(lines, headings, style), lines)
    with_money = set()
    for table in raw:
        first = table.heading.first if table.heading else 0
        above = lines[max(first - 6, 0) : first]
        goes_on = bool(tables) and _named(tables[-1][0]) == _named(table)
        section = _carried_section(tables, table)
        earlier = tables[-1][1] if goes_on else ()
        events = without_lent_days(events_of(table, above, earlier, section), earlier)
        if events:
            with_money.add(id(table))
        if events and not any(not_booked(line.text) for line in above[-NOT_BOOKED_ABOVE:]):
            tables.append((table, events))
    tables = without_summaries(summed_ahead(tables))
    entry_lines = frozenset(
        line.index for _, events in tables for event in events for line in event.words
    )
    tables = without_tails(tables, lines)
    return Document(
        style=style,
        lines=lines,
        headings=headings,
        tables=tuple(tables),
        facts=facts_of(lines, raw, (event for _, events in tables for event in events)),
        silent_lines=tuple(silent_lines([each for each in raw if id(each) not in with_money])),
        accounts=account_numbers(lines),
        months=tuple(each for each in months_of(lines) if each.line not in entry_lines),
        periods=tuple(each for each in periods_of(lines) if each.line not in entry_lines),
        page_counts=page_counts(lines),
        event_lines=frozenset(event.line.index for _, events in tables for event in events),
        entry_lines=entry_lines,
        layout=layout,
        daily_lines=frozenset(
            event.line.index
            for _, events in tables
            for event in events
            if event.section.kind == "balances"
        ),
    )


def _without_rows(tables: Sequence[Table], lines: Sequence[Line]) -> list[Table]:
    """*tables* without those that are a summary in one row."""
    rows = {end.line.index for end in ends_in_rows(lines)}
    money = [{line.index for line in table.lines if line.amounts} for table in tables]
    return [table for table, own in zip(tables, money, strict=True) if not own or own - rows]


def _named(table: Table) -> list[Role]:
    """What its columns say they are; a box beside it on one page says nothing."""
    return [role for role in table.roles() if role is not None]


def _carried_section(
    tables: Sequence[tuple[Table, tuple[Event, ...]]], table: Table
) -> Section | None:
    """What the same table was the section of, where it goes on at the top of the next page."""
    before = tables[-1][0].heading if tables else None
    if before is None or table.heading is None:
        return None
    last = tables[-1][1][-1]
    goes_on = table.heading.page == last.line.row.page + 1
    same = [cell.text for cell in table.heading.cells] == [cell.text for cell in before.cells]
    return section_behind(tables[-1][1]) if goes_on and same else None
