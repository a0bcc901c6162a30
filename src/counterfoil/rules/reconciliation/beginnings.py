"""How many numbers of the ledger begin as a given one does: of an account, and of a party.

Sorted, numbers that begin alike are neighbours. So every number has a rank, a beginning is a
span of ranks, and to count is to look up both ends of the span among the ranks of an owner.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from counterfoil.rules.reconciliation.places import places_of

#: A beginning that is asked for has so many letters and digits at least.
BEGINNING_MIN = 4

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginnings:
    """Every number of the ledger under two spellings, ``key`` and ``tail``."""

    count: int  # of numbers
    spellings: pl.Series  # sorted: a number's rank is its place
    of_purses: Numbers  # sorted: owner and rank in one, see _placed
    of_parties: tuple[Numbers, Numbers]  # as key or tail; what both count, to be taken off
    owners: pl.DataFrame  # target, party
    sizes: pl.DataFrame  # party, numbers

    @classmethod
    def of(cls, keys: pl.DataFrame, parties: pl.DataFrame) -> Beginnings:
        """Args: keys: ``target``, ``purse``, ``key``, ``tail``. parties: ``target``, ``party``."""
        all_keys = keys.join(parties, on="target", how="left", maintain_order="left")
        common = _common(all_keys)
        spellings = (
            pl.concat([keys["key"], keys["tail"].alias("key"), common["key"]]).unique().sort()
        )
        ranked = _ranked(all_keys, spellings)
        of_parties = _of_parties(ranked)
        torn = of_parties.filter(pl.col("key") != pl.col("tail"))
        return cls(
            count=len(all_keys),
            spellings=spellings,
            of_purses=pl.Series(_placed(ranked, "purse", "key", "tail")).unique().sort().to_numpy(),
            of_parties=(
                np.sort(
                    np.concatenate(
                        [_placed(of_parties, "party", "key"), _placed(torn, "party", "tail")]
                    )
                ),
                np.sort(_placed(_ranked(common, spellings), "owner", "key")),
            ),
            owners=of_parties.select("target", "party").unique(),
            sizes=of_parties.group_by("party").agg(pl.len().cast(pl.Int64).alias("numbers")),
        )

    def asked_of(self, targets: pl.DataFrame) -> Beginnings:
        """The same numbers, for those who ask for no other ``target``."""
        return replace(self, owners=self.owners.join(targets, on="target", how="semi"))

    def in_purses(self, asked: pl.DataFrame) -> pl.DataFrame:
        """Add ``sharing`` to *asked* (``purse``, ``key``): different numbers that begin so."""
        return asked.with_columns(
            pl.Series("sharing", self._counted(self.of_purses, asked["purse"], asked["key"]))
        )

    def in_parties(self, asked: pl.DataFrame) -> pl.DataFrame:
        """Add ``others`` to *asked* (``party``, ``token``): numbers that begin so, less one.

        A party that has none is left out.
        """
        either, both = (
            self._counted(each, asked["party"], asked["token"]) for each in self.of_parties
        )
        counted = asked.with_columns(pl.Series("others", either - both - 1))
        return counted.filter(pl.col("others") >= 0)

    def begun(self, numbers: pl.DataFrame) -> pl.DataFrame:
        """Those of *numbers* with whose ``key`` or ``tail`` a longer one of the ledger begins."""
        return numbers.filter(self._begin(numbers["key"]) | self._begin(numbers["tail"]))

    def _begin(self, beginnings: pl.Series) -> pl.Series:
        """Sorted, the next spelling behind a beginning is the first that begins so."""
        behind = self.spellings.search_sorted(beginnings, side="right")
        following = self.spellings.gather(behind.set(behind == len(self.spellings), None))
        both = pl.DataFrame({"begins": beginnings, "following": following})
        return both.select(pl.col("following").str.starts_with(pl.col("begins"))).to_series()

    def _counted(self, places: Numbers, owners: pl.Series, beginnings: pl.Series) -> Numbers:
        low = self.spellings.search_sorted(beginnings, side="left")
        high = self.spellings.search_sorted(beginnings + "\x7f", side="left")
        base = owners.to_numpy() << 32
        until, since = (places_of(base + each.to_numpy(), places) for each in (high, low))
        result: Numbers = until - since
        return result


def _of_parties(keys: pl.DataFrame) -> pl.DataFrame:
    named = keys.filter(pl.col("party") >= 0)
    return named.unique(["target", "key"], keep="first", maintain_order=True)


def _ranked(keys: pl.DataFrame, spellings: pl.Series) -> pl.DataFrame:
    """*keys* with the rank of each spelling in place of it."""
    names = [each for each in ("key", "tail") if each in keys.columns]
    return keys.with_columns(
        spellings.search_sorted(keys[each], side="left").cast(pl.Int64).alias(each)
        for each in names
    )


def _placed(ranked: pl.DataFrame, owner: str, *spellings: str) -> Numbers:
    """Owner and rank, in one number each."""
    base = ranked[owner].to_numpy() << 32
    placed: Numbers = np.concatenate([base + ranked[each].to_numpy() for each in spellings])
    return placed


def _common(keys: pl.DataFrame) -> pl.DataFrame:
    """What a party's key and tail begin with alike where they differ: ``owner``, ``key``."""
    heads_alike = pl.col("key").str.head(BEGINNING_MIN) == pl.col("tail").str.head(BEGINNING_MIN)
    alike = (pl.col("key") != pl.col("tail")) & heads_alike
    few = keys.join(keys.filter(alike), on="target", how="semi", maintain_order="left")
    rows = [
        (party, _beginning(key, tail))
        for party, key, tail in _of_parties(few)
        .filter(alike)
        .select("party", "key", "tail")
        .iter_rows()
    ]
    return pl.DataFrame(rows, schema={"owner": pl.Int64, "key": pl.String}, orient="row")


def _beginning(one: str, other: str) -> str:
    """What both begin with."""
    apart = (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return one[: next(apart, min(len(one), len(other)))]
