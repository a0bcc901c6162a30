"""One record can be shown without the others, and a rewritten log is refused by its witness."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from counterfoil.audit.tree import (
    Frontier,
    consistency_proof,
    inclusion_proof,
    is_consistent,
    is_included,
    leaf_hash,
    node_hash,
    root_of,
)
from counterfoil.audit.verifier import verify_folder
from counterfoil.audit.witness import StreamProofs, Witness, growth_proof
from counterfoil.errors import Refused
from tests.audit_support import SmallLog, build_small_log, edited, open_log, rechained

LEAVES = [leaf_hash(f"record {at}".encode()) for at in range(40)]


def tree_of(leaves: list[bytes]) -> Frontier:
    tree = Frontier()
    for leaf in leaves:
        tree.append(leaf)
    return tree


def root_by_the_book(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(root_by_the_book(leaves[:split]), root_by_the_book(leaves[split:]))


def test_the_growing_tree_is_the_one_of_the_rfc() -> None:
    tree = Frontier()
    for size, leaf in enumerate(LEAVES, 1):
        tree.append(leaf)
        assert tree.root() == root_by_the_book(LEAVES[:size]) == root_of(LEAVES[:size])
        assert Frontier(size, tree.peaks).root() == tree.root()
    assert Frontier().root() == root_by_the_book([])


def test_every_record_can_be_shown_in_every_tree() -> None:
    for size in range(1, len(LEAVES) + 1):
        root = root_of(LEAVES[:size])
        for index in range(size):
            proof = inclusion_proof(LEAVES[:size], index)
            assert is_included(LEAVES[index], index, size, proof, root)


def test_every_tree_goes_on_from_every_smaller_one() -> None:
    for size in range(len(LEAVES) + 1):
        for old in range(size + 1):
            proof = consistency_proof(tree_of(LEAVES[:old]), LEAVES[old:size])
            roots = root_of(LEAVES[:old]), root_of(LEAVES[:size])
            assert is_consistent(old, roots[0], size, roots[1], proof)


def test_no_forged_leaf_place_or_proof_is_taken() -> None:
    chance = random.Random(6962)
    size = len(LEAVES)
    root = root_of(LEAVES)
    for _ in range(1000):
        index = chance.randrange(size)
        proof = list(inclusion_proof(LEAVES, index))
        forged = leaf_hash(chance.randbytes(8))
        assert not is_included(forged, index, size, proof, root)
        other = (index + chance.randrange(1, size)) % size
        assert not is_included(LEAVES[index], other, size, proof, root)
        proof[chance.randrange(len(proof))] = forged
        assert not is_included(LEAVES[index], index, size, proof, root)
        assert not is_included(LEAVES[index], index, size, [*proof, forged], root)


def test_no_rewritten_tree_is_consistent() -> None:
    for old in range(1, len(LEAVES)):
        rewritten = [leaf_hash(b"forged"), *LEAVES[1:]]
        proof = consistency_proof(tree_of(rewritten[:old]), rewritten[old:])
        assert not is_consistent(old, root_of(LEAVES[:old]), len(LEAVES), root_of(rewritten), proof)


def test_wrong_questions_are_refused() -> None:
    with pytest.raises(ValueError, match="no leaf"):
        inclusion_proof(LEAVES, len(LEAVES))
    with pytest.raises(ValueError, match="peaks"):
        Frontier(3, [LEAVES[0]])


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> SmallLog:
    return build_small_log(tmp_path_factory.mktemp("small"))


def test_one_posting_is_shown_without_the_others(log: SmallLog) -> None:
    mark = log.marks[100]
    shown = StreamProofs(log.stream).inclusion(mark.seq)

    assert leaf_hash(shown.line.encode()).hex() == mark.hash
    assert shown.holds(log.checkpoint(230))
    assert 32 * len(shown.proof) <= 640
    assert not replace(shown, line=shown.line.replace("12.30", "92.30")).holds(log.checkpoint(230))
    assert not shown.holds(log.checkpoint(229))


def test_a_growing_log_is_followed(log: SmallLog, tmp_path: Path) -> None:
    witness = Witness(tmp_path)
    for size in (1, 52, 53, 100, 100, 230):
        seen = log.checkpoint(size)
        old = witness.last(seen.stream).size
        witness.submit(seen, growth_proof(log.stream, old, size))
        assert Witness(tmp_path).last(seen.stream) == seen

    assert verify_folder(log.folder / "audit", witness=witness.lines()).ok


def test_a_rewritten_log_is_refused(log: SmallLog, tmp_path: Path) -> None:
    """Even where everything in the folder was made to fit again."""
    witness = Witness(tmp_path / "witness")
    seen = log.checkpoint(150)
    witness.submit(seen, ())
    forged = log.copy(tmp_path / "log")
    segments = forged.lines()
    segments[0][5] = edited(segments[0][5], data={"amount": "9912.30"})
    forged.put_lines(rechained(segments))

    proof = growth_proof(forged.stream, 150, 230)
    with pytest.raises(Refused, match="do not go on"):
        witness.submit(forged.checkpoint(230), proof)
    assert witness.last(seen.stream) == seen


def test_a_shorter_log_is_refused(log: SmallLog, tmp_path: Path) -> None:
    witness = Witness(tmp_path)
    witness.submit(log.checkpoint(150), ())
    for proof in ((), ("00" * 32,), ("no hex",)):
        with pytest.raises(Refused):
            witness.submit(log.checkpoint(140), proof)
        with pytest.raises(Refused):
            witness.submit(log.checkpoint(160), proof)


def test_a_silent_stream_is_noticed(log: SmallLog, tmp_path: Path) -> None:
    at = [datetime(2026, 11, 24, 8, tzinfo=UTC)]
    witness = Witness(tmp_path, now=lambda: at[0])
    seen = log.checkpoint(150)
    witness.submit(seen, ())
    at[0] += timedelta(minutes=2)
    assert witness.silent() == ()
    at[0] += timedelta(minutes=2)
    assert witness.silent() == (seen.stream,)


def test_the_bots_own_checkpoint_is_the_one_that_the_files_prove(tmp_path: Path) -> None:
    with open_log(tmp_path, per_segment=4) as bot:
        for row in range(11):
            bot.emit("item_posted", obj={"row": row})
        seen = bot.checkpoint()
    (home,) = (tmp_path / "audit" / "h7" / "pay-bot").iterdir()
    proofs = StreamProofs(home)

    assert proofs.size > seen.size
    witness = Witness(tmp_path / "witness")
    witness.submit(seen, growth_proof(home, 0, seen.size))
    assert proofs.inclusion(5, seen.size).holds(seen)


def test_no_proof_goes_across_a_hole(log: SmallLog, tmp_path: Path) -> None:
    holed = log.copy(tmp_path / "log")
    holed.segments()[1].unlink()
    with pytest.raises(ValueError, match="segment 2 is missing"):
        StreamProofs(holed.stream)
