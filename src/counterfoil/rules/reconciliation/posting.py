"""Propose journal vouchers for what the bank took and the ledger does not know. Pure.

Charges taken out of payments and differences of a rate come with a match; the bank's own charges,
interest, and lines whose text a rule knows are open. One voucher for each, balanced: nobody
posts it but the keying workflow, after four eyes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import polars as pl

from counterfoil.domain.reconciliation import AccountRules, PostingAccounts, RuleBook
from counterfoil.domain.vouchers import JournalVoucher, VoucherLine
from counterfoil.rules.reconciliation.breaks import CHARGE, NOT_IN_LEDGER
from counterfoil.rules.reconciliation.matching import Reconciliation
from counterfoil.rules.reconciliation.own_postings import voucher_number
from counterfoil.rules.reconciliation.reporting import DECIDED, cause

DESCRIPTION_MAX = NARRATIVE_MAX = 35  # what a legacy screen books of a text
_EPOCH = date(1970, 1, 1)
_INTEREST = r"(?i)\b(?:INT|INTEREST|ZINS|ZINSEN|INTERETS)\b"
_ODD = re.compile(r"[^\x20-\x7e]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Amount:
    """What one voucher is to post: cents on the bank's account, signed as there."""

    account: str  # the bank account
    currency: str
    lines: tuple[str, ...]  # ids of the bank's lines
    day: int
    cents: int
    says: str
    against: str  # the other ledger account


def vouchers_of(found: Reconciliation, rules: RuleBook) -> tuple[JournalVoucher, ...]:
    """The vouchers that *rules* has accounts for, in order of their numbers."""
    if not _any_accounts(rules):
        return ()
    made = (_voucher(each, rules) for each in (*_of_matches(found, rules), *_open(found, rules)))
    return tuple(sorted(made, key=lambda each: each.voucher_no))


def _any_accounts(rules: RuleBook) -> bool:
    return any(each.posting for each in (rules.default, *rules.accounts.values()))


def _voucher(what: _Amount, rules: RuleBook) -> JournalVoucher:
    posting = rules.of(what.account).posting
    assert posting is not None, "an amount without accounts"
    size = Decimal(abs(what.cents)).scaleb(-2)
    note = _plain(" ".join(what.lines), NARRATIVE_MAX)
    nothing = Decimal(0)
    paid_in = what.cents > 0
    bank = VoucherLine(
        account=posting.bank,
        debit=size if paid_in else nothing,
        credit=nothing if paid_in else size,
        narrative=note,
    )
    other = VoucherLine(
        account=what.against,
        debit=nothing if paid_in else size,
        credit=size if paid_in else nothing,
        narrative=note,
    )
    return JournalVoucher(
        voucher_no=voucher_number(what.account, what.currency, what.lines),
        booking_date=_EPOCH + timedelta(what.day),
        currency=what.currency,
        description=_plain(what.says, DESCRIPTION_MAX),
        entries=(bank, other) if paid_in else (other, bank),
    )


def _plain(text: str, longest: int) -> str:
    """What any screen takes, cut where a word ends if one does."""
    return _ODD.sub(" ", text)[:longest].strip()


def _of_matches(found: Reconciliation, rules: RuleBook) -> Iterator[_Amount]:
    """Differences that a charge or a rate explains; not those that people let pass."""
    unequal = found.matches.with_columns(cause()).filter(
        (pl.col("difference").fill_null(0) != 0)
        & (pl.col("bank").list.len() > 0)
        & (pl.col("cause") != DECIDED)
    )
    ids = found.bank["id"]
    for lines, cents, fee in unequal.select("bank", "difference", "fee").iter_rows():
        first = found.bank.row(lines[-1], named=True)
        posting = rules.of(first["account"]).posting
        against = _difference_account(posting, fee or "")
        if against:
            yield _Amount(
                account=first["account"],
                currency=first["currency"],
                lines=tuple(ids.gather(lines).to_list()),
                day=first["day"],
                cents=cents,
                says=f"Charge {fee}" if fee else "Difference of rate",
                against=against,
            )


def _difference_account(posting: PostingAccounts | None, fee: str) -> str:
    if posting is None:
        return ""
    return posting.fees if fee else posting.rates


def _open(found: Reconciliation, rules: RuleBook) -> Iterator[_Amount]:
    """The bank's own lines, and those whose text a rule knows."""
    wanted = found.breaks.bank.filter(pl.col("class").is_in([CHARGE, NOT_IN_LEDGER]))
    lines = found.bank.join(wanted.select("line", "class"), on="line", maintain_order="left")
    for account in sorted(set(lines["account"].to_list())):
        of_account = rules.of(account)
        if of_account.posting is not None:
            yield from _open_of(lines.filter(pl.col("account") == account), of_account)


def _open_of(lines: pl.DataFrame, rules: AccountRules) -> Iterator[_Amount]:
    posting = rules.posting
    assert posting is not None
    against, says = pl.lit(""), pl.lit("")
    interest = pl.col("text").str.contains(_INTEREST)
    own = pl.col("class") == CHARGE
    against = pl.when(own & interest).then(pl.lit(posting.interest)).otherwise(against)
    against = pl.when(own & ~interest).then(pl.lit(posting.charges)).otherwise(against)
    says = pl.when(interest).then(pl.lit("Interest")).otherwise(pl.lit("Charge of the bank"))
    for rule in reversed(rules.narratives):  # the first that fits decides
        fits = pl.col("text").str.contains(rule.narrative)
        against = pl.when(fits).then(pl.lit(rule.account)).otherwise(against)
        named = rule.name or "By a rule for its text"
        says = pl.when(fits).then(pl.lit(named)).otherwise(says)
    posted = lines.with_columns(against.alias("against"), says.alias("says"))
    posted = posted.filter((pl.col("against") != "") & (pl.col("amount") != 0))
    columns = ("account", "currency", "id", "day", "amount", "says", "against")
    for account, currency, own_id, day, cents, said, other in posted.select(columns).iter_rows():
        yield _Amount(
            account=account,
            currency=currency,
            lines=(own_id,),
            day=day,
            cents=cents,
            says=said,
            against=other,
        )
