"""Numbers of the bank that are nearly one of the ledger's: one slip away, or cut short.

Vouchers are numbered one after the other, so a neighbour is often a real number too. What such
a likeness is worth is therefore counted: how many of the ledger's numbers are as like.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from counterfoil.domain.reconciliation import Policy
from counterfoil.rules.reconciliation.beginnings import BEGINNING_MIN, Beginnings
from counterfoil.rules.reconciliation.references import CUT, EDIT, OTHERWISE
from counterfoil.rules.reconciliation.rows import answered, pair
from counterfoil.rules.reconciliation.windows import joined_near

SLIP_LENGTH_MIN = 6
BORROWED = 3  # numbers
DIGEST_BASE = np.uint64(0x9E3779B97F4A7C15)  # odd: digests are numbers of 64 bits
LINK = ("line", "target", "purse", "how", "token", "sharing")

Letters = npt.NDArray[np.uint8]
Yes = npt.NDArray[np.bool_]


def slips_between(numbers: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """Numbers that one wrong, swapped, lost or added character tells apart.

    Args:
        numbers: ``purse``, ``key``: what the bank wrote.
        keys: ``purse``, ``key``: what the ledger holds.

    Returns: ``purse``, ``key``, ``key_ledger``.
    """
    ours, theirs = (
        each.select("purse", "key")
        .filter(pl.col("key").str.len_bytes() >= SLIP_LENGTH_MIN)
        .unique()
        for each in (numbers, keys)
    )
    alike = _lacking(ours).join(_lacking(theirs), on="less", suffix="_ledger")
    alike = alike.filter(pair("row", "row_ledger").is_first_distinct())
    both = pl.concat(
        [ours[alike["row"]], theirs[alike["row_ledger"]].select(pl.all().name.suffix("_ledger"))],
        how="horizontal",
    ).filter((pl.col("purse") == pl.col("purse_ledger")) & (pl.col("key") != pl.col("key_ledger")))
    found = both.filter(pl.Series(one_slip_apart(both["key"], both["key_ledger"])))
    return found.select("purse", "key", "key_ledger")


def one_slip(slips: pl.DataFrame, numbers: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """Links between numbers that a slip tells apart.

    Args:
        slips: As :func:`slips_between` finds them.
        numbers: ``line``, ``purse``, ``key``: what the bank wrote.
        keys: ``target``, ``purse``, ``key``: what is open in the ledger.

    Returns: LINK.
    """
    return answered(
        numbers.lazy()
        .select("line", "purse", "key")
        .join(slips.lazy(), on=["purse", "key"])
        .join(
            keys.lazy().select("target", "purse", pl.col("key").alias("key_ledger")),
            on=["purse", "key_ledger"],
        )
        .with_columns(pl.col("target").n_unique().over("line", "key").alias("sharing"))
        .select(
            *("line", "target", "purse", pl.lit(EDIT, pl.Int64).alias("how")),
            *(pl.col("key").alias("token"), pl.col("sharing").cast(pl.Int64)),
        )
    )


def _lacking(written: pl.DataFrame) -> pl.DataFrame:
    """Each ``key`` in full and with each of its characters left out, as a number: ``less``.

    Keys of one purse that a slip tells apart have one of these in common; few others have.
    """
    sizes = written["key"].str.len_bytes()
    purses = written["purse"].to_numpy().astype(np.uint64) * DIGEST_BASE
    rows, less = [np.zeros(0, np.int64)], [np.zeros(0, np.uint64)]
    for size in sizes.unique().to_list():
        of_size = (sizes == size).arg_true()
        digests = _digests(_letters(written["key"].gather(of_size), size))
        digests += purses[of_size.to_numpy(), None]
        rows.append(np.repeat(of_size.to_numpy().astype(np.int64), size + 1))
        less.append(digests.ravel())
    return pl.DataFrame({"row": np.concatenate(rows), "less": np.concatenate(less)})


def _digests(letters: Letters) -> npt.NDArray[np.uint64]:
    """A digest of each row whole, and without each of its letters: what stands behind moves up."""
    count, size = letters.shape
    places = DIGEST_BASE ** np.arange(size, dtype=np.uint64)
    here = letters * places
    moved = letters[:, 1:] * places[:-1]
    none = np.zeros((count, 1), np.uint64)
    before = np.concatenate((none, here.cumsum(axis=1)), axis=1)
    behind = np.concatenate((moved[:, ::-1].cumsum(axis=1)[:, ::-1], none, none), axis=1)
    digests: npt.NDArray[np.uint64] = before + behind
    return digests


def cut_short(
    pairs: pl.DataFrame, numbers: pl.DataFrame, keys: pl.DataFrame, beginnings: Beginnings
) -> pl.DataFrame:
    """Links between a number that breaks off and the ledger's numbers that it begins.

    Args:
        pairs: ``line``, ``target``: where to look.
        numbers: ``line``, ``key``, ``tail``: what the bank wrote, with which longer ones begin.
        keys: ``target``, ``purse``, ``key``, ``tail``: what is open in the ledger.
        beginnings: Of the whole ledger.

    Returns: LINK; ``sharing`` is of the whole ledger, or of the party where that is more.
    """
    long_enough = numbers.lazy().filter(pl.col("key").str.len_bytes() >= BEGINNING_MIN)
    both = (
        pairs.lazy()
        .select("line", "target")
        .join(numbers.lazy(), on="line", how="semi")
        .filter(pair("line", "target").is_first_distinct())
        .join(long_enough.select("line", "key", "tail"), on="line")
        .join(keys.lazy(), on="target", suffix="_ledger")
    )
    return _with_sharing(answered(_beginnings(both)), beginnings)


def otherwise_read(
    pairs: pl.DataFrame, named: pl.DataFrame, numbers: pl.DataFrame, keys: pl.DataFrame
) -> pl.DataFrame:
    """Links by a number that stands as it is for another: one slip away, or cut short.

    Between equal payments to one party nothing else tells which number was meant. So the other
    reading counts, against what the number says, as if no third were like it; not where that
    other voucher has a payment that names it.

    Args:
        pairs: ``line``, ``target`` of one amount and party; of one amount, where no party is said.
        named: ``line``, ``target`` of one amount, by a number as it stands.

    Returns: LINK; none of *named*.
    """
    as_it_is = named.lazy()
    both = answered(
        pairs.lazy()
        .join(as_it_is.select("line").unique(), on="line", how="semi")
        .join(as_it_is, on=["line", "target"], how="anti")
        .join(as_it_is, on="target", how="anti")
        .join(numbers.lazy().select("line", "key", "tail"), on="line")
        .join(keys.lazy(), on="target", suffix="_ledger")
    )
    slips = both.filter(pl.Series(one_slip_apart(both["key"], both["key_ledger"]))).lazy()
    cuts = _beginnings(both.lazy().filter(pl.col("key").str.len_bytes() >= BEGINNING_MIN))
    either = pl.concat([each.select("line", "target", "purse", "key") for each in (slips, cuts)])
    return answered(
        either.select(
            *("line", "target", "purse", pl.lit(OTHERWISE, pl.Int64).alias("how")),
            *(pl.col("key").alias("token"), pl.lit(1, pl.Int64).alias("sharing")),
        )
    )


def one_slip_apart(one: pl.Series, other: pl.Series) -> Yes:
    """Which numbers of *one* are those of *other*, one character wrong, swapped, lost or added."""
    sizes = [each.str.len_bytes().to_numpy().astype(np.int64) for each in (one, other)]
    long_enough, longer = np.minimum(*sizes) >= SLIP_LENGTH_MIN, sizes[0] - sizes[1]
    found = np.zeros(len(one), np.bool_)
    for by, first, second, is_slip in (
        (0, one, other, _changed_or_swapped),
        (1, one, other, _lost),
        (-1, other, one, _lost),
    ):
        at = np.flatnonzero((longer == by) & long_enough)
        if len(at):
            width = int(sizes[0][at].max()) + 1
            found[at] = is_slip(*(_letters(each.gather(at), width) for each in (first, second)))
    return found


def _letters(numbers: pl.Series, width: int) -> Letters:
    """A row of letters each, with nothing (0) behind the last."""
    packed = numbers.str.pad_end(width, "\0").str.join("").item().encode()
    return np.frombuffer(packed, np.uint8).reshape(-1, width)


def _changed_or_swapped(one: Letters, other: Letters) -> Yes:
    """One letter is another, or neighbours have changed places."""
    differ = one != other
    count: npt.NDArray[np.uint8] = differ.sum(axis=1, dtype=np.uint8)
    found: Yes = count == 1
    at = np.flatnonzero(count == 2)
    first = differ[at].argmax(axis=1).clip(None, one.shape[1] - 2)
    found[at] = (one[at, first] == other[at, first + 1]) & (one[at, first + 1] == other[at, first])
    return found


def _lost(one: Letters, other: Letters) -> Yes:
    """Where *other*, which is shorter by one, is *one* without one of its letters."""
    first = (one != other).argmax(axis=1)
    behind = np.arange(one.shape[1] - 1) >= first[:, None]
    alike = np.where(behind, one[:, 1:] == other[:, :-1], True)
    result: Yes = np.logical_and.reduce(alike, axis=1)
    return result


def of_one_party(
    bank: pl.DataFrame, targets: pl.DataFrame, policy: Policy, *facts: str
) -> pl.DataFrame:
    """Pairs of one purse and party in the window: ``line``, ``target``.

    Args:
        facts: Columns of either side that are wanted as well; with ``on`` and ``day``.
    """
    sides = bank.lazy().filter(pl.col("beyond") - pl.col("first") == 1)
    sides = sides.select(
        *("line", "purse", pl.col("first").alias("party"), pl.col("day").alias("on")),
        *(each for each in facts if each in bank.columns),
    )
    theirs = targets.lazy().select(
        *("target", "purse", "party", "day"), *(each for each in facts if each in targets.columns)
    )
    near = joined_near(
        sides,
        theirs,
        keys=["purse", "party"],
        before=policy.days_before,
        after=policy.days_after,
    )
    return near.select("line", "target", *(("on", "day", *facts) if facts else ()))


def _beginnings(pairs: pl.LazyFrame) -> pl.LazyFrame:
    """Those of *pairs* in which the bank's number begins the ledger's, or its tail."""
    key, ours = pl.col("key"), pl.col("key_ledger")
    begins = ours.str.starts_with(key) & (ours != key)
    tail, ours = pl.col("tail"), pl.col("tail_ledger")
    begins_tail = (
        ours.str.starts_with(tail) & (ours != tail) & (tail.str.len_bytes() >= BEGINNING_MIN)
    )
    return pairs.filter(begins | begins_tail).select("line", "target", "purse", "key")


def _with_sharing(cuts: pl.DataFrame, beginnings: Beginnings) -> pl.DataFrame:
    """Count, for each number cut short, how many of the ledger's it begins: LINK.

    Where more of the party's own numbers begin so than of all: count as if all did.
    """
    of_all = beginnings.in_purses(cuts.select("purse", "key").unique())
    cuts = cuts.join(of_all, on=["purse", "key"]).select(
        *("line", "target", "purse", pl.lit(CUT, pl.Int64).alias("how")),
        *(pl.col("key").alias("token"), pl.col("sharing").clip(1)),
    )
    asked = cuts.join(beginnings.owners, on="target").select("token", "party").unique()
    alike = beginnings.in_parties(asked).join(beginnings.sizes, on="party")
    # a party of few numbers borrows from the whole ledger
    as_if = (
        (pl.col("others") * beginnings.count + BORROWED * pl.col("sharing"))
        // (pl.col("numbers") + BORROWED)
    ).fill_null(0)
    return answered(
        cuts.lazy()
        .join(beginnings.owners.lazy(), on="target", how="left")
        .join(alike.lazy(), on=["token", "party"], how="left")
        .with_columns(pl.max_horizontal("sharing", as_if).alias("sharing"))
        .select(LINK)
    )
