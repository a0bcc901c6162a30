"""What stands makes room for others: pass after pass, as if every claim were asked again."""

from __future__ import annotations

import random
from collections.abc import Iterator

import polars as pl

from counterfoil.rules.reconciliation.rivals import elements, passes, rivals_of, upheld

LEAD = pl.lit(100)


def some_claims(chance: random.Random) -> pl.DataFrame:
    """Claims of one or two lines a side on few lines, so that most have rivals."""
    rows = [
        (
            sorted(chance.sample(range(30), chance.choice((1, 1, 2)))),
            sorted(chance.sample(range(30), chance.choice((1, 1, 2)))),
            chance.randrange(0, 900, 10),
            chance.choice((0, 300)),
        )
        for _ in range(60)
    ]
    names = ["bank", "ledger", "score", "score_min"]
    return pl.DataFrame(rows, schema=names, orient="row").with_row_index("claim")


def every_claim_again(claims: pl.DataFrame) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    while len(good := upheld(claims, elements(claims), lead_min=LEAD)):
        gone = rivals_of(good, elements(claims))
        claims = claims.join(gone, on="claim", how="anti", maintain_order="left")
        yield good, claims


def test_each_pass_finds_what_asking_every_claim_again_would_find() -> None:
    longest = 0
    for seed in range(300):
        claims = some_claims(random.Random(seed))
        found = list(passes(claims, lead_min=LEAD))
        expected = list(every_claim_again(claims))

        assert len(found) == len(expected), seed
        for ours, theirs in zip(found, expected, strict=True):
            assert ours[0].sort("claim").equals(theirs[0].sort("claim")), seed
            assert ours[1].equals(theirs[1]), seed
        longest = max(longest, len(found))
    assert longest >= 4, "a test of passes that has none to speak of"
