"""Trades of our own books, and the contract notes by which the other side confirms them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal

TradeSide = Literal["BUY", "SELL"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """The economic fields of one trade, as one side states them."""

    number: str  # of our trade, or of their note: unique on its side
    trade_id: str  # ours; on a note what they say it confirms, "" when they do not
    isin: str
    side: TradeSide
    quantity: Decimal
    price: Decimal
    currency: str  # ISO 4217
    amount: Decimal  # to be settled, unsigned
    trade_date: date
    settlement_date: date
    counterparty: str

    def __post_init__(self) -> None:
        if min(self.quantity, self.price) <= 0 or self.amount < 0:
            raise ValueError("quantity and price are positive, and the amount is not negative")


#: What is compared, in the order in which a person reads a note.
ECONOMIC = (
    *("isin", "side", "quantity", "price", "currency", "amount"),
    *("trade_date", "settlement_date", "counterparty"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeRules:
    """What the desk tolerates; ``selectors/controls/confirmations.toml``."""

    notes_say: Literal["our_side", "their_side"] = "our_side"  # "you bought", or "we sold"
    price: Decimal = Decimal(0)  # may differ by so much
    quantity: Decimal = Decimal(0)
    amount: dict[str, Decimal] = field(default_factory=dict)  # ISO 4217, or *
    settlement_days: int = 0
    names: dict[str, str] = field(default_factory=dict)  # a counterparty's other spellings
    differing_max: int = 2  # a note without an id may be likely with so many fields that differ

    def __post_init__(self) -> None:
        tolerances = (self.price, self.quantity, *self.amount.values())
        if min(tolerances) < 0 or min(self.settlement_days, self.differing_max) < 0:
            raise ValueError("tolerances are not negative")


class TradeClass(StrEnum):
    """What became of a trade or a note."""

    AGREED = "agreed"
    TOLERATED = "agreed within tolerance"
    AGREED_WITHOUT_ID = "agreed, no trade id"  # all fields, and nothing else fits
    MISMATCH = "mismatch"
    DUPLICATE = "duplicate note"  # says the same as another one
    TO_DECIDE = "to decide"  # several notes for one trade, or several trades that fit
    NOT_CONFIRMED = "not confirmed"  # ours, and no note
    UNKNOWN = "unknown to us"  # a note, and no trade of ours


SETTLED = (TradeClass.AGREED, TradeClass.TOLERATED, TradeClass.AGREED_WITHOUT_ID)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field and what both sides say."""

    name: str
    ours: str
    theirs: str
    tolerated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedTrade:
    """One trade, or one note, and its one class."""

    trade: Trade
    ours: bool
    kind: TradeClass
    others: tuple[str, ...] = ()  # numbers of the other side (duplicates: of the same side)
    differences: tuple[Difference, ...] = ()
    likely: bool = False  # others is a proposal: no id links them


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmations:
    """Both sides judged; what agrees does so in pairs."""

    trades: tuple[JudgedTrade, ...]
    notes: tuple[JudgedTrade, ...]

    def __post_init__(self) -> None:
        pairs = {(each.trade.number, *each.others) for each in self.trades if each.kind in SETTLED}
        others = {(*each.others, each.trade.number) for each in self.notes if each.kind in SETTLED}
        if pairs != others:
            raise ValueError(f"not in pairs: {sorted(pairs ^ others)[:3]}")
        for each in (*self.trades, *self.notes):
            wrong = any(not one.tolerated for one in each.differences)
            if each.kind in SETTLED and wrong:
                raise ValueError(f"{each.trade.number}: agreed, and a field differs")

    def all_agree(self) -> bool:
        """Whether nobody has to look at anything."""
        return all(each.kind in SETTLED for each in (*self.trades, *self.notes))
