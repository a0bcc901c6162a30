"""The Merkle tree over all records of a stream, as RFC 6962 draws it.

The chain shows that nothing was changed; the tree shows it for *one* record in some
640 bytes, without showing the others, and shows a witness that the log of today still
holds the log of yesterday. Hashes are 32 raw bytes.

Source: RFC 6962, section 2.1; the proofs' checks as in RFC 9162, sections 2.1.3.2
and 2.1.4.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(line: bytes) -> bytes:
    """The hash of one record: its bytes as stored, without the line feed."""
    return sha256(b"\x00" + line).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """The tree's right edge: all that is needed to go on, one hash per set bit of size."""

    __slots__ = ("peaks", "size")

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        if len(peaks) != size.bit_count():
            raise ValueError(f"{size} leaves have {size.bit_count()} peaks, not {len(peaks)}")
        self.size = size
        self.peaks = list(peaks)  # the biggest subtree first

    def append(self, leaf: bytes) -> None:
        self.size += 1
        full = self.size
        while not full & 1:
            leaf = node_hash(self.peaks.pop(), leaf)
            full >>= 1
        self.peaks.append(leaf)

    def root(self) -> bytes:
        if not self.peaks:
            return EMPTY_ROOT
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root

    def copy(self) -> Frontier:
        return Frontier(self.size, self.peaks)


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over *leaves*."""
    tree = Frontier()
    for leaf in leaves:
        tree.append(leaf)
    return tree.root()


def inclusion_proof(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """The hashes that lead from leaf *index* (from 0) up to the root of *leaves*."""
    if not 0 <= index < len(leaves):
        raise ValueError(f"no leaf {index} among {len(leaves)}")
    proof: list[bytes] = []
    low, high = 0, len(leaves)
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            proof.append(root_of(leaves[middle:high]))
            high = middle
        else:
            proof.append(root_of(leaves[low:middle]))
            low = middle
    return tuple(reversed(proof))


def is_included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Does *proof* lead from *leaf* at *index* to the *root* of *size* leaves?"""
    if not 0 <= index < size:
        return False
    place, last, hashed = index, size - 1, leaf
    for each in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            hashed = node_hash(each, hashed)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            hashed = node_hash(hashed, each)
        place, last = place >> 1, last >> 1
    return last == 0 and hashed == root


def consistency_proof(old: Frontier, since: Sequence[bytes]) -> tuple[bytes, ...]:
    """The hashes that show the tree with the leaves *since* to go on from *old*.

    What lies left of the old size is made of its peaks, what lies right of it of the
    new leaves: nothing older has to be read again.
    """
    size = old.size + len(since)
    if old.size in (0, size):
        return ()
    proof: list[bytes] = []
    low, high, peaks = 0, size, list(old.peaks)
    while old.size != high:
        middle = low + _split(high - low)
        if old.size <= middle:
            proof.append(root_of(since[middle - old.size : high - old.size]))
            high = middle
        else:
            proof.append(peaks.pop(0))
            low = middle
    if low:
        proof.append(peaks.pop(0))
    return tuple(reversed(proof))


def is_consistent(
    old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]
) -> bool:
    """Does *proof* show that the tree of *size* goes on from the tree of *old_size*?"""
    if old_size == size:
        return not proof and old_root == root
    if old_size == 0:
        return not proof and old_root == EMPTY_ROOT
    if not 0 < old_size < size or not proof:
        return False
    path = list(proof) if old_size & (old_size - 1) else [old_root, *proof]
    place, last = old_size - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = path[0]
    for each in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(each, old), node_hash(each, new)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, each)
        place, last = place >> 1, last >> 1
    return last == 0 and old == old_root and new == root


def _split(size: int) -> int:
    """The biggest power of two below *size*."""
    return 1 << (size - 1).bit_length() - 1
