"""The seal of a segment: what it holds, signed, and which key comes next."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from hashlib import sha256

from counterfoil.audit.keys import SigningKey
from counterfoil.domain.values import canonical_json

#: In front of the signed bytes, so that this signature can mean nothing else.
SEAL_PREFIX = b"counterfoil audit seal v1\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """One closed segment. All hashes and keys are lowercase hex.

    A seal has no time of its own: it follows from the segment alone, so that a crash
    between its making and its publishing leads to the same bytes again.
    """

    stream: str
    segment: int  # from 1
    size: int  # records of the whole stream up to and with this segment
    head: str  # hash of its last record
    root: str  # of the tree over the whole stream up to here
    prev_seal: str  # SHA-256 of the bytes of the seal before; zeros for the first
    key: str  # this segment's public key
    next_key: str  # the only key that may open the next segment
    alg: str = "ed25519"
    v: int = 1

    def signed_by(self, key: SigningKey) -> bytes:
        """The bytes of the seal's file: canonical JSON with the signature, and LF."""
        if key.public != self.key:
            raise ValueError("a segment is sealed with its own key")
        fields = asdict(self)
        signature = key.sign(SEAL_PREFIX + canonical_json(fields))
        return canonical_json({**fields, "sig": signature}) + b"\n"

    @classmethod
    def read(cls, content: bytes) -> Seal:
        """Take back what :meth:`signed_by` made. The signature is the verifier's business.

        Raises:
            ValueError: These are not the bytes of a seal.
        """
        try:
            fields = json.loads(content)
            fields.pop("sig")
            return cls(**fields)
        except (AttributeError, KeyError, TypeError, ValueError) as trouble:
            raise ValueError(f"not a seal: {trouble}") from None


def seal_hash(content: bytes) -> str:
    """What the next segment's opening and seal say about the seal in *content*."""
    return sha256(content).hexdigest()
