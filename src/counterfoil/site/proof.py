"""The proof of a suite's record, and of one item: what an auditor takes along."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from dataclasses import asdict, replace
from itertools import chain
from pathlib import Path

from counterfoil.audit import verifier
from counterfoil.audit.witness import EnrolledKey, StreamProofs, Witness
from counterfoil.config import Suite
from counterfoil.errors import Refused, SetupError
from counterfoil.site import audit_folder, evidence_folder, open_reader
from counterfoil.store.ledger import Ledger


def verify_folder(folder: Path, genesis: Sequence[str] = ()) -> verifier.Report:
    """An exported folder by itself; its blobs too, where they lie beside.

    Raises:
        SetupError: It is no folder.
        Refused: A key is none.
    """
    if not folder.is_dir():
        raise SetupError(f"{folder} is not a folder: name the one that holds the streams")
    blobs = folder.parent / "evidence"
    try:
        return verifier.verify_folder(
            folder, genesis=genesis, blobs=blobs if blobs.is_dir() else None
        )
    except ValueError as trouble:
        raise Refused("not_a_key", str(trouble)) from trouble


def verify_suite(suite: Suite, genesis: Sequence[str] = ()) -> verifier.Report:
    """The suite's own record, held against its evidence, the ledger and the witness.

    Args:
        genesis: The keys to trust; (): those that the witness enrolled.
    """
    witness = Witness(suite.witness)
    enrolled = witness.enrolled()
    try:
        with open_reader(suite) as ledger:
            report = verifier.verify_folder(
                audit_folder(suite),
                genesis=genesis or [each.key for each in enrolled],
                blobs=evidence_folder(suite),
                witness=chain(map(json.loads, ledger.witnesses()), witness.lines()),
            )
    except ValueError as trouble:
        raise Refused("not_a_key", str(trouble)) from trouble
    notes = [] if genesis else [_trusted(each) for each in enrolled]
    notes += [f"NOTE: nothing was heard of {each}, whose run did not end, for three minutes"
              for each in witness.silent()]  # fmt: skip
    return replace(report, sentences=(*report.sentences, *notes))


def _trusted(each: EnrolledKey) -> str:
    return f"NOTE: trusted {each.key}, enrolled {each.at[:19]}Z for {each.stream} by {each.by}"


def prove_record(suite: Suite, stream: str, seq: int) -> dict[str, object]:
    """That one record stands in the log, without the others: RFC 6962's inclusion proof.

    It leads to a root that the witness remembers, where it remembers one that has the record;
    else to the root of now, which is no more than our own word.

    Raises:
        Refused: "no_proof": the stream has no such record, or a hole before it.
    """
    seen = [each for each in Witness(suite.witness).lines() if each["stream"] == stream]
    known = [each for each in seen if int(each["size"]) >= seq]
    try:
        prover = StreamProofs(audit_folder(suite) / stream)
        size = min((int(each["size"]) for each in known), default=prover.size)
        found = prover.inclusion(seq, size)
    except (OSError, ValueError) as trouble:
        raise Refused("no_proof", f"record {seq} of {stream} is not proved: {trouble}") from trouble
    roots = [str(each["root"]) for each in known if int(each["size"]) == size]
    if roots and found.root not in roots:
        raise Refused("no_proof", f"the log of {stream} is not the one that the witness remembers")
    by = "witness" if roots else "the log itself"
    return {"stream": stream, **asdict(found), "root_by": by, "source": "RFC 6962, section 2.1.1"}


def pack_evidence(suite: Suite, ledger: Ledger, item_id: str, target: Path) -> None:
    """Write the pack of one item.

    Raises:
        Refused: Nothing ever happened to it.
    """
    steps = ledger.history(item_id)
    if not steps:
        raise Refused("unknown_item", f"there is no step of {item_id}")
    story = [
        {"at": each.at.isoformat(), "kind": each.kind, "told": each.told,
         "stream": each.stream, "seq": each.seq}
        for each in steps
    ]  # fmt: skip
    streams = sorted({each.stream for each in steps})
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("item.json", json.dumps({"item": item_id, "steps": story}, indent=1))
        pack.writestr("witness.jsonl", _witness_of(suite, ledger, set(streams)))
        pack.write(verifier.__file__, "verifier.py")
        for stream in streams:
            _add_folder(pack, audit_folder(suite) / stream, f"audit/{stream}")
        for sha256 in _blobs_of(suite, steps_of={(each.stream, each.seq) for each in steps}):
            blob = evidence_folder(suite) / sha256[:2] / sha256
            pack.write(blob, f"evidence/{sha256[:2]}/{sha256}")
        keys = [each.key for each in Witness(suite.witness).enrolled() if each.stream in streams]
        pack.writestr("README.txt", _README.format(item=item_id, keys=" ".join(keys)))


def _witness_of(suite: Suite, ledger: Ledger, streams: set[str]) -> str:
    """What ledger and witness remember of *streams*; of others the pack has no log."""
    lines = chain(map(json.loads, ledger.witnesses()), Witness(suite.witness).lines())
    mine = (json.dumps(each, sort_keys=True) for each in lines if each["stream"] in streams)
    return "\n".join(mine) + "\n"


_README = """Evidence of {item}

item.json        its story, each step with the audit record that tells it in full
audit/           the audit streams in which those records stand, byte for byte
evidence/        pictures, screens and values, each under the SHA-256 of its bytes
witness.jsonl    what ledger and witness remember of the log: one cut short is found
verifier.py      needs Python 3.11 and nothing else:

    python3 verifier.py audit --witness witness.jsonl --genesis {keys}

Compare the key behind --genesis with the one on paper: whoever made this pack could
have made the log. Blobs are named by their own hash: `sha256sum` of each must be its
name. Those of other items are left out of this pack on purpose; pictures are JPEG, the
rest is text or gzip of text.
"""


def _add_folder(pack: zipfile.ZipFile, folder: Path, name: str) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.endswith((".key", ".lock")):
            pack.write(path, f"{name}/{path.relative_to(folder).as_posix()}")


def _blobs_of(suite: Suite, *, steps_of: set[tuple[str, int]]) -> list[str]:
    """The evidence that these records name."""
    found: set[str] = set()
    for stream in {stream for stream, _ in steps_of}:
        for path in sorted((audit_folder(suite) / stream).glob("*.jsonl")):
            for line in path.read_bytes().splitlines():
                record = json.loads(line)
                if (record["stream"], record["seq"]) in steps_of:
                    found.update(each["sha256"] for each in record.get("ev", ()))
    return sorted(each for each in found if (evidence_folder(suite) / each[:2] / each).is_file())
