"""Every sensible reading of a run of events, tried until the arithmetic picks one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import islice, pairwise, product

from counterfoil.domain.statement_layouts import Layout
from counterfoil.rules.statements.chain import Broken, Chain, walks
from counterfoil.rules.statements.dates import Order, Printed
from counterfoil.rules.statements.events import Event, Kind
from counterfoil.rules.statements.layouts import allowed
from counterfoil.rules.statements.owed_words import heads_owed
from counterfoil.rules.statements.tables import Table
from counterfoil.rules.statements.terms import Label, Role
from counterfoil.rules.statements.ways import Hypothesis, Plain, Totals, Use

USES_MAX = 200  # ways to read the columns of one table
HYPOTHESES_MAX = 1_500
SECTIONS_MAX = 6  # without a sign: 64 ways
DAYS_FROM = 2  # balances over days
SURE_TIES = 4  # running balances that a reading must tie to be sure without looking further

Roles = tuple[Role | None, ...]
#: What a column may be for what its heading says, likeliest first. Headings that name
#: debits are never read as credits: a document that contradicts itself proves nothing.
_USES: dict[Role | None, tuple[Use, ...]] = {
    Role.BALANCE: (Use.BALANCE, Use.NOTHING),
    Role.DEBIT: (Use.DEBIT,),
    Role.CREDIT: (Use.CREDIT,),
    Role.AMOUNT: (Use.AMOUNT, Use.NOTHING, Use.BALANCE),
    Role.FEE: (Use.NOTHING, Use.CREDIT, Use.DEBIT),
    Role.REFERENCE: (Use.NOTHING, Use.AMOUNT, Use.DEBIT),
    Role.OTHER: (Use.NOTHING,),
    None: (Use.NOTHING, Use.BALANCE, Use.AMOUNT, Use.DEBIT, Use.CREDIT),
}


@dataclass(frozen=True, slots=True)
class Ends:
    """Balances printed outside the table that it may begin and end with."""

    openings: tuple[Decimal, ...] = ()
    closings: tuple[Decimal, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What the search came to."""

    chains: tuple[Chain, ...]  # different readings that hold: one is a proof, two are none
    broken: Broken | None  # the reading that got furthest, where none holds


@dataclass(slots=True)
class _Hunt:
    """What the hypotheses came to so far. Lives within one call."""

    chains: list[Chain] = field(default_factory=list)
    furthest: Broken | None = None
    rank_found: int | None = None  # of the first that is sure

    def takes(self, rank: int) -> bool:
        """Whether a hypothesis of *rank* is still worth a try."""
        return self.rank_found is None or rank <= self.rank_found

    def take(self, rank: int, opening: Decimal | None, result: Chain | Broken) -> None:
        """What one walk came to, which began at *opening*."""
        if isinstance(result, Broken):
            if self.furthest is None or result.held > self.furthest.held:
                self.furthest = result
            return
        if not _is_proof(result, opening) or (self.chains and result.hypothesis.flipped):
            return  # the mirror image of a reading that holds is none
        if not any(_same(result, other) or _mirrors(result, other) for other in self.chains):
            self.chains.append(result)
        if result.balances >= SURE_TIES and self.rank_found is None:
            self.rank_found = rank


def search(events: Sequence[Event], ends: Ends, layout: Layout | None = None) -> Found:
    """Try every hypothesis on *events*; those that hold, if any, the likeliest only."""
    hunt = _hunted(events, ends, layout, bare=False)
    if not hunt.chains and _may_be_bare(events):
        again = _hunted(events, ends, layout, bare=True)
        hunt = again if again.chains else hunt
    return Found(tuple(_best_held(hunt.chains, ends)), hunt.furthest)


def _may_be_bare(events: Sequence[Event]) -> bool:
    """Whether money in and money out have columns of their own, and no balance has a sign.

    Where an amount says which way it went, a balance below zero may have lost its sign in print
    and is known all the same: it is the one that the entries lead to.
    """
    roles = {role for event in events for role in event.table.roles()}
    if not {Role.DEBIT, Role.CREDIT, Role.BALANCE} <= roles:
        return False
    return not any(
        amount.mark
        for event in events
        for index, amount in event.cells.items()
        if event.table.roles()[index] is Role.BALANCE
    )


def _hunted(events: Sequence[Event], ends: Ends, layout: Layout | None, *, bare: bool) -> _Hunt:
    hunt = _Hunt()
    left = HYPOTHESES_MAX
    labelled = any(event.kind is Kind.LABEL for event in events)
    for rank, hypothesis in allowed(hypotheses(events), layout):
        if not left or not hunt.takes(rank):
            break
        for totals in islice(Totals, left):
            left -= 1
            tried = replace(hypothesis, totals=totals, bare=bare)
            found = list(_walked(events, tried, _ends_to_try(tried, ends, labelled=labelled)))
            for opening, result in found:
                hunt.take(rank, opening, result)
            if not any(result.totals for _, result in found):
                break  # no line was taken for a total: nothing else comes of it
    return hunt


Tries = Iterable[tuple[Decimal | None, Sequence[Decimal | None]]]


def _walked(
    events: Sequence[Event], hypothesis: Hypothesis, tries: Tries
) -> Iterator[tuple[Decimal | None, Chain | Broken]]:
    """(where it began, what it came to) of every walk under one hypothesis."""
    for opening, closings in tries:
        for result in walks(events, hypothesis, opening, closings):
            yield opening, result


def _best_held(chains: Sequence[Chain], ends: Ends) -> Sequence[Chain]:
    """Where several hold: those that begin with a printed balance, if any do."""
    held = [
        chain for chain in chains if chain.opening_at is not None or chain.opening in ends.openings
    ]
    return held or chains


def _is_proof(chain: Chain, opening: Decimal | None) -> bool:
    """One row proves nothing by itself, and neither do two ends without one."""
    if not chain.entries or _is_backwards(chain):
        return False
    if chain.opening_follows and opening is None:
        return chain.balances >= 1 and len(chain.entries) >= 2
    return chain.balances >= 1


def _is_backwards(chain: Chain) -> bool:
    """It opens with a line that says it is the end, or the other way round."""
    first = chain.opening_at.label if chain.opening_at is not None else None
    last = chain.closing_at.label if chain.closing_at is not None else None
    return first is Label.CLOSING or last is Label.OPENING


def _same(one: Chain, two: Chain) -> bool:
    """Whether both say the same of the account; the order among entries is the dates' affair."""
    return (one.opening, one.closing, _amounts(one)) == (two.opening, two.closing, _amounts(two))


def _mirrors(one: Chain, two: Chain) -> bool:
    """Whether all of the one is the other's opposite: which is right is no matter of sums."""
    if (one.opening, one.closing) != (-two.opening, -two.closing):
        return False
    return _amounts(one) == {(event, -amount) for event, amount in _amounts(two)}


def _amounts(chain: Chain) -> set[tuple[int, Decimal]]:
    return {(id(entry.event), entry.amount) for entry in chain.entries}


def _ends_to_try(
    hypothesis: Hypothesis, ends: Ends, *, labelled: bool
) -> Iterator[tuple[Decimal | None, Sequence[Decimal | None]]]:
    """Each opening with the closings to try: none first where the table has balances itself."""
    inner = labelled or any(Use.BALANCE in uses for uses in hypothesis.uses.values())
    openings = (None, *ends.openings) if inner else ends.openings
    closings = (None, *ends.closings) if inner else ends.closings
    for opening in openings if closings else ():
        yield opening, closings


def hypotheses(events: Sequence[Event]) -> Iterator[tuple[int, Hypothesis]]:
    """(rank, hypothesis), likeliest first; rank 0 is what the headings and dates say."""
    tables = {event.table.roles(): event.table for event in events}
    kinds = [list(islice(_uses(table), USES_MAX)) for table in tables.values()]
    combined = sorted(
        islice(product(*kinds), HYPOTHESES_MAX), key=lambda each: sum(rank for rank, _ in each)
    )
    firsts = {id(event.table): event for event in events}.values()  # one of each table
    direction = newest_first(events)
    directions = (False, True) if direction is None else (direction,)
    ends = (False, True) if _over_days(events) else (False,)
    for combination in combined:
        rank = sum(each for each, _ in combination)
        chosen = {roles: uses for roles, (_, uses) in zip(tables, combination, strict=True)}
        uses = {id(event.table): chosen[event.table.roles()] for event in firsts}
        for variant in _variants(events, uses):
            for newest, days_end in product(directions, ends):
                yield rank, replace(variant, newest_first=newest, days_end=days_end)


def _over_days(events: Sequence[Event]) -> bool:
    """Whether balances stand over, or below, the entries of their day, which have no date."""
    if any(event.dated for event in events if event.kind is Kind.ENTRY):
        return False
    balances = [event for event in events if event.label in (Label.BALANCE, Label.DAILY)]
    return len(balances) >= DAYS_FROM


def _uses(table: Table) -> Iterator[tuple[int, tuple[Use, ...]]]:
    """(how far from the headings, what each column is), nearest first."""
    roles = table.roles()
    over = {*roles, *(() if table.heading is None else table.heading.roles())}
    options = [_USES.get(role, (Use.NOTHING,)) for role in roles]
    if roles.count(Role.AMOUNT) > 1:  # "Amount", "Amount": the one is money out, the other in
        both = (Use.AMOUNT, Use.NOTHING, Use.DEBIT, Use.CREDIT)
        options = [
            both if role is Role.AMOUNT else option
            for role, option in zip(roles, options, strict=True)
        ]
    beside = [
        at
        for at, (one, two) in enumerate(pairwise(table.columns))
        if one.role is None and one.text and two.role is Role.BALANCE
    ]
    ranked = []
    for chosen in islice(product(*(range(len(each)) for each in options)), 20_000):
        uses = tuple(options[column][choice] for column, choice in enumerate(chosen))
        if _makes_sense(uses, roles, over, beside):
            ranked.append((_rank(uses, roles, chosen), uses))
    yield from sorted(ranked, key=lambda each: each[0])


def _rank(uses: Sequence[Use], roles: Roles, chosen: Sequence[int]) -> int:
    """0 where every heading is followed and nothing without heading is used."""
    return sum(chosen)


def _makes_sense(
    uses: Sequence[Use], roles: Roles, over: Collection[Role | None], beside: Sequence[int]
) -> bool:
    """Whether columns of these *roles* may be read so.

    ``SALDO`` over ``OPERACION`` and ``LIQUIDACION``: of two balances of a line one ties to the
    other lines, the other follows days of value.

    Args:
        over: What the heading names, columns included in which no number stands.
        beside: The columns with a heading on the left of one that is called a balance.
    """
    named = Role.BALANCE in roles
    tied = (Use.BALANCE, Role.BALANCE) in zip(uses, roles, strict=True)
    if named and not tied and not any(uses[at] is Use.BALANCE for at in beside):
        return False  # balances that are printed must tie
    money = [use for use in uses if use in (Use.DEBIT, Use.CREDIT, Use.AMOUNT)]
    if not money or sum(use is Use.BALANCE for use in uses) > 1:
        return False
    if Use.AMOUNT in money and (Use.DEBIT in money or Use.CREDIT in money):
        return False
    if sum(use is Use.AMOUNT for use in uses) > 1:
        return False
    pairs = list(zip(uses, roles, strict=True))
    taken = {use for use, role in pairs if role is Role.AMOUNT} & {Use.DEBIT, Use.CREDIT}
    if taken and not {Use.DEBIT, Use.CREDIT} <= {*money}:
        return False  # of columns of amounts one is money out only where another is money in
    if (Use.BALANCE, Role.AMOUNT) in pairs and not {Role.DEBIT, Role.CREDIT} <= {*over}:
        return False  # "Amount" is a balance only beside money in and money out
    for use in (Use.DEBIT, Use.CREDIT):
        free = sum(u is use and role is None for u, role in zip(uses, roles, strict=True))
        if free > 1:
            return False
    return True


def _variants(events: Sequence[Event], uses: Mapping[int, tuple[Use, ...]]) -> Iterator[Hypothesis]:
    """The signs, as far as the print leaves them open."""
    base = Hypothesis(uses)
    marks = _marks(events, base)
    base = replace(base, black=1 if -1 in _hues(events, base) else -1)
    plains = [Plain.IN]
    if 0 in marks[Use.AMOUNT]:
        plains += [Plain.OUT] if marks[Use.AMOUNT] == {0, 1} else []  # "CR" marks what comes in
        plains += [Plain.SECTION] if any(event.section.sign for event in events) else []
        plains += [Plain.COLOUR] if _hues(events, base) - {0} else []
        plains += [Plain.UNKNOWN] if marks[Use.AMOUNT] == {0} and not _is_titled(events) else []
        plains += [Plain.OUT] if marks[Use.AMOUNT] == {0} else []
    one_way = marks[Use.DEBIT] | marks[Use.CREDIT]
    reversals = (False, True) if -1 in one_way and one_way != {-1} else (False,)
    credited = 1 in marks[Use.BALANCE] or marks[Use.AMOUNT] == {0, 1}  # the others may be owed
    owed = credited or heads_owed(events)
    balances = (1, -1) if owed and 0 in marks[Use.BALANCE] else (1,)
    flat = not any(Use.BALANCE in each for each in uses.values())
    minuses = _signed_sections(events, base)
    for signs in _section_signs(events) if flat and marks[Use.AMOUNT] == {0} else ():
        yield replace(base, plain=Plain.SECTION, signs=signs)
    for flipped in (False, True) if flat else (False,):
        for balance, reversal, plain in product(balances, reversals, plains):
            yield replace(
                base,
                plain=plain,
                signs=minuses if plain is Plain.SECTION else {},
                plain_balance=balance,
                reversals=reversal,
                flipped=flipped,
            )


def _is_titled(events: Sequence[Event]) -> bool:
    """Whether titles say which way the entries below them went."""
    return any(event.section.sign for event in events)


def _signed_sections(events: Sequence[Event], hypothesis: Hypothesis) -> dict[int, int]:
    """+1 for each section without a sign of its own that marks what went out with a minus."""
    silent: dict[int, list[Event]] = {}
    for event in events:
        if not event.section.sign:
            silent.setdefault(event.section.line, []).append(event)
    return {
        line: 1 for line, own in silent.items() if _marks(own, hypothesis)[Use.AMOUNT] == {0, -1}
    }


def _section_signs(events: Sequence[Event]) -> Iterator[dict[int, int]]:
    """Every way to sign the sections, those that follow their titles first."""
    sections = list(dict.fromkeys(event.section for event in events))
    silent = [section.line for section in sections if not section.sign]
    if len(sections) < 2:
        return
    if len(silent) <= SECTIONS_MAX:
        for signs in product((1, -1), repeat=len(silent)):
            yield dict(zip(silent, signs, strict=True))
    if len(silent) < len(sections) <= SECTIONS_MAX:
        turned = {section.line: -section.sign for section in sections if section.sign}
        for signs in product((1, -1), repeat=len(silent)):
            yield turned | dict(zip(silent, signs, strict=True))


def _hues(events: Sequence[Event], hypothesis: Hypothesis) -> set[int]:
    """Which colours amounts without a mark are printed in; empty where all are alike."""
    hues = {
        amount.hue
        for event in events
        for index, amount in event.cells.items()
        if hypothesis.use_of(event)[index] is Use.AMOUNT and not amount.mark and amount.value
    }
    return hues if len(hues) > 1 else set()


def _marks(events: Sequence[Event], hypothesis: Hypothesis) -> dict[Use, set[int]]:
    """Which signs are printed in columns of each use."""
    marks: dict[Use, set[int]] = {use: set() for use in Use}
    for event in events:
        uses = hypothesis.use_of(event)
        for index, amount in event.cells.items():
            if amount.value:
                mark = amount.mark or (event.sign if uses[index] is Use.AMOUNT else 0)
                marks[uses[index]].add(mark)
    return marks


def newest_first(events: Sequence[Event]) -> bool | None:
    """Whether the dates run backwards; None where they do not tell."""
    days = [event.date for event in events if event.dated and event.date is not None]
    runs: list[tuple[int, int]] = []
    for order in Order:
        if all(day.can_be(order) for day in days):
            steps = [_step(one, two, order) for one, two in pairwise(days)]
            ups, downs = steps.count(1), steps.count(-1)
            if ups != downs:
                runs.append((min(ups, downs), downs - ups))
    if not runs:
        return None
    best = min(odd for odd, _ in runs)
    ways = {lean > 0 for odd, lean in runs if odd == best}
    return ways.pop() if len(ways) == 1 else None


def _step(one: Printed, two: Printed, order: Order) -> int:
    """1 where *two* is the later day, -1 the earlier one; a year tells only where both have it."""
    (day, month, year), (day_two, month_two, year_two) = one.on(order), two.on(order)
    before, after = (month, day), (month_two, day_two)
    if year and year_two and year != year_two:
        return 1 if year < year_two else -1
    return (after > before) - (after < before)
