"""Trade confirmations against contract notes: by trade id first, by all economic fields else. Pure.

Every trade and every note ends in exactly one class. A note without an id agrees only if every
field does and nothing else fits on either side; what merely resembles a trade is a proposal.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from counterfoil.domain.trades import (
    ECONOMIC,
    Confirmations,
    Difference,
    JudgedTrade,
    Trade,
    TradeClass,
    TradeRules,
)
from counterfoil.domain.values import as_text

_NOT_A_NAME = re.compile(r"[^A-Z0-9]+")
_ANY = "*"
_Fit = tuple[Trade, Trade, tuple[Difference, ...]]  # a trade, a note, what differs


def confirm_trades(
    trades: Sequence[Trade], notes: Sequence[Trade], rules: TradeRules
) -> Confirmations:
    """Judge every trade and every note.

    Raises:
        ValueError: A number stands twice on one side.
    """
    for side, rows in (("trade", trades), ("note", notes)):
        numbers = Counter(each.number for each in rows)
        if twice := sorted(number for number, count in numbers.items() if count > 1):
            raise ValueError(f"the {side} {twice[0]!r} stands twice")
    desk = _Desk(rules, trades, [_as_we_see_it(each, rules) for each in notes])
    desk.set_repeated_notes_aside()
    desk.pair_by_id()
    desk.pair_by_fields()
    desk.judge_the_rest()
    return Confirmations(
        trades=tuple(desk.ours[each.number] for each in trades),
        notes=tuple(replace(desk.theirs[each.number], trade=each) for each in notes),
    )


def _as_we_see_it(note: Trade, rules: TradeRules) -> Trade:
    if rules.notes_say == "our_side":
        return note
    return replace(note, side="SELL" if note.side == "BUY" else "BUY")


@dataclass(slots=True)
class _Desk:
    """What is judged so far, by number."""

    rules: TradeRules
    trades: Sequence[Trade]
    notes: Sequence[Trade]
    ours: dict[str, JudgedTrade] = field(default_factory=dict)
    theirs: dict[str, JudgedTrade] = field(default_factory=dict)

    def set_repeated_notes_aside(self) -> None:
        """A note that says what another one says, id included, is a duplicate of the first."""
        first: dict[tuple[object, ...], str] = {}
        for note in sorted(self.notes, key=lambda each: each.number):
            says = (note.trade_id, *(getattr(note, name) for name in ECONOMIC))
            other = first.setdefault(says, note.number)
            if note.trade_id and other != note.number:
                self._note(note, TradeClass.DUPLICATE, (other,))

    def pair_by_id(self) -> None:
        """The note says which trade it confirms."""
        naming: dict[str, list[Trade]] = defaultdict(list)
        for note in self._notes_left():
            if note.trade_id:
                naming[_plain(note.trade_id)].append(note)
        for trade in self.trades:
            notes = naming.get(_plain(trade.trade_id), [])
            if len(notes) == 1:
                self._pair(trade, notes[0], differences(trade, notes[0], self.rules))
            elif notes:
                numbers = tuple(each.number for each in notes)
                self._trade(trade, TradeClass.TO_DECIDE, numbers)
                for note in notes:
                    self._note(note, TradeClass.TO_DECIDE, (trade.number,))

    def pair_by_fields(self) -> None:
        """All fields agree, and nothing else fits either of the two; several fit: to decide."""
        of_trade, of_note = _by_both(self._fitting(differing_max=0))
        for number, fits in of_trade.items():
            (_, note, found), alone = fits[0], len(fits) == 1
            if alone and len(of_note[note.number]) == 1:
                kind = TradeClass.AGREED_WITHOUT_ID
                self._trade(fits[0][0], kind, (note.number,), found)
                self._note(note, kind, (number,), found)
        for fits in of_trade.values():
            if (trade := fits[0][0]).number not in self.ours:
                numbers = tuple(note.number for _, note, _ in fits)
                self._trade(trade, TradeClass.TO_DECIDE, numbers, likely=True)
        for fits in of_note.values():
            if (note := fits[0][1]).number not in self.theirs:
                numbers = tuple(trade.number for trade, _, _ in fits)
                self._note(note, TradeClass.TO_DECIDE, numbers, likely=True)

    def judge_the_rest(self) -> None:
        """Not confirmed, or unknown to us; with the likeliest of the other side, if it is one."""
        of_trade, of_note = _by_both(self._fitting(differing_max=self.rules.differing_max))
        for trade in self._trades_left():
            near = [(note.number, found) for _, note, found in of_trade.get(trade.number, ())]
            other, found = _only_nearest(near)
            self._trade(trade, TradeClass.NOT_CONFIRMED, other, found, likely=bool(other))
        for note in self._notes_left():
            near = [(trade.number, found) for trade, _, found in of_note.get(note.number, ())]
            other, found = _only_nearest(near)
            self._note(note, TradeClass.UNKNOWN, other, found, likely=bool(other))

    def _fitting(self, *, differing_max: int) -> Iterator[_Fit]:
        """Pairs that are left, of one ISIN, with few fields that differ too much.

        A note that names a trade of its own is compared with no other one.
        """
        by_isin: dict[str, list[Trade]] = defaultdict(list)
        for trade in self._trades_left():
            by_isin[trade.isin].append(trade)
        for note in self._notes_left():
            for trade in by_isin.get(note.isin, ()):
                found = differences(trade, note, self.rules)
                wrong = sum(not each.tolerated for each in found)
                if wrong <= differing_max and (differing_max or not note.trade_id):
                    yield trade, note, found

    def _trades_left(self) -> list[Trade]:
        return [each for each in self.trades if each.number not in self.ours]

    def _notes_left(self) -> list[Trade]:
        return [each for each in self.notes if each.number not in self.theirs]

    def _pair(self, trade: Trade, note: Trade, found: tuple[Difference, ...]) -> None:
        kind = TradeClass.TOLERATED if found else TradeClass.AGREED
        if any(not each.tolerated for each in found):
            kind = TradeClass.MISMATCH
        self._trade(trade, kind, (note.number,), found)
        self._note(note, kind, (trade.number,), found)

    def _trade(
        self,
        trade: Trade,
        kind: TradeClass,
        others: tuple[str, ...],
        found: tuple[Difference, ...] = (),
        *,
        likely: bool = False,
    ) -> None:
        self.ours[trade.number] = JudgedTrade(
            trade=trade, ours=True, kind=kind, others=others, differences=found, likely=likely
        )

    def _note(
        self,
        note: Trade,
        kind: TradeClass,
        others: tuple[str, ...],
        found: tuple[Difference, ...] = (),
        *,
        likely: bool = False,
    ) -> None:
        self.theirs[note.number] = JudgedTrade(
            trade=note, ours=False, kind=kind, others=others, differences=found, likely=likely
        )


def _by_both(fits: Iterable[_Fit]) -> tuple[dict[str, list[_Fit]], dict[str, list[_Fit]]]:
    """The fits of each trade, and of each note."""
    of_trade: dict[str, list[_Fit]] = defaultdict(list)
    of_note: dict[str, list[_Fit]] = defaultdict(list)
    for fit in fits:
        of_trade[fit[0].number].append(fit)
        of_note[fit[1].number].append(fit)
    return of_trade, of_note


def _only_nearest(
    near: Sequence[tuple[str, tuple[Difference, ...]]],
) -> tuple[tuple[str, ...], tuple[Difference, ...]]:
    """The one with the fewest fields that differ; nothing where two are as near."""
    ranked = sorted(near, key=lambda each: _wrong(each[1]))
    if not ranked or (len(ranked) > 1 and _wrong(ranked[0][1]) == _wrong(ranked[1][1])):
        return (), ()
    return (ranked[0][0],), ranked[0][1]


def _wrong(found: Iterable[Difference]) -> int:
    return sum(not each.tolerated for each in found)


def differences(trade: Trade, note: Trade, rules: TradeRules) -> tuple[Difference, ...]:
    """Every field in which they are not the same, tolerated ones marked."""
    return tuple(_differences(trade, note, rules))


def _differences(trade: Trade, note: Trade, rules: TradeRules) -> Iterator[Difference]:
    for name in ECONOMIC:
        ours, theirs = getattr(trade, name), getattr(note, name)
        if name == "counterparty" and _name(ours, rules) == _name(theirs, rules):
            continue
        if ours != theirs:
            yield Difference(
                name=name.replace("_", " "),
                ours=as_text(ours),
                theirs=as_text(theirs),
                tolerated=_is_tolerated(name, trade, note, rules),
            )


def _is_tolerated(name: str, trade: Trade, note: Trade, rules: TradeRules) -> bool:
    match name:
        case "price":
            return abs(trade.price - note.price) <= rules.price
        case "quantity":
            return abs(trade.quantity - note.quantity) <= rules.quantity
        case "amount":
            allowed = _of_currency(rules.amount, trade.currency)
            same = trade.currency == note.currency
            return same and abs(trade.amount - note.amount) <= allowed
        case "settlement_date":
            days = abs((trade.settlement_date - note.settlement_date).days)
            return days <= rules.settlement_days
        case _:
            return False


def _of_currency(amounts: Mapping[str, Decimal], currency: str) -> Decimal:
    return amounts.get(currency, amounts.get(_ANY, Decimal(0)))


def _name(text: str, rules: TradeRules) -> str:
    known = {_plain(spelt): _plain(name) for spelt, name in rules.names.items()}
    plain = _plain(text)
    return known.get(plain, plain)


def _plain(text: str) -> str:
    """Letters and digits: commas, points and blanks of a name or an id do not count."""
    return _NOT_A_NAME.sub("", text.upper())
