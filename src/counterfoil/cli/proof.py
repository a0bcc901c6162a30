"""``counterfoil verify`` and ``counterfoil evidence``: what an auditor asks for."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Annotated

import typer

from counterfoil.audit import verifier
from counterfoil.cli.site import audit_folder, evidence_folder, open_reader
from counterfoil.cli.terminal import out, say
from counterfoil.config import Suite, find_suite
from counterfoil.errors import Refused
from counterfoil.store.ledger import Ledger


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(verify)
    app.command()(evidence)


def verify(
    folder: Annotated[
        Path | None, typer.Argument(help="An audit folder; without it, this suite's.")
    ] = None,
) -> None:
    """Prove that nobody changed the record: chain, tree, seals, evidence, witnesses.

    For this suite the ledger stands witness: a log that was cut short is found. Exit
    code 1 when anything does not hold. An auditor does the same without Counterfoil:
    python verifier.py FOLDER (docs/AUDIT.md).
    """
    with out.status("reading every record"):
        report = verify_folder(folder) if folder else verify_suite(find_suite(Path.cwd()))
    for sentence in report.sentences:
        say(sentence)
    say(
        f"verify: {'OK' if report.ok else 'NOT OK'}",
        style="bold green" if report.ok else "bold red",
    )
    if not report.ok:
        raise typer.Exit(1)


def verify_folder(folder: Path) -> verifier.Report:
    """An exported folder by itself; its blobs too, where they lie beside."""
    blobs = folder.parent / "evidence"
    return verifier.verify_folder(folder, blobs=blobs if blobs.is_dir() else None)


def verify_suite(suite: Suite) -> verifier.Report:
    """The suite's own record, with its evidence and the ledger as the witness."""
    with open_reader(suite) as ledger:
        return verifier.verify_folder(
            audit_folder(suite),
            blobs=evidence_folder(suite),
            witness=map(json.loads, ledger.witnesses()),
        )


def evidence(
    item: Annotated[str, typer.Argument(metavar="ITEM", help="Such as B-7K2M4QXN3P-0017.")],
    to: Annotated[Path | None, typer.Option(help="The zip to write; default <ITEM>.zip.")] = None,
) -> None:
    """Pack all that proves one item: its story, its records, its pictures, the verifier."""
    suite = find_suite(Path.cwd())
    target = to or Path(f"{item}.zip")
    with open_reader(suite) as ledger:
        pack_evidence(suite, ledger, item, target)
    say(f"{target} written; README.txt in it says how to check it", style="green")


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
        pack.writestr("witness.jsonl", "\n".join(ledger.witnesses()) + "\n")
        pack.write(verifier.__file__, "verifier.py")
        for stream in streams:
            _add_folder(pack, audit_folder(suite) / stream, f"audit/{stream}")
        for sha256 in _blobs_of(suite, steps_of={(each.stream, each.seq) for each in steps}):
            blob = evidence_folder(suite) / sha256[:2] / sha256
            pack.write(blob, f"evidence/{sha256[:2]}/{sha256}")
        pack.writestr("README.txt", _README.format(item=item_id))


_README = """Evidence of {item}

item.json        its story, each step with the audit record that tells it in full
audit/           the audit streams in which those records stand, byte for byte
evidence/        pictures, screens and values, each under the SHA-256 of its bytes
witness.jsonl    what the ledger remembers of the log: a log cut short is found
verifier.py      needs Python 3.11 and nothing else:

    python verifier.py audit --witness witness.jsonl

Blobs are named by their own hash: `sha256sum` of each must be its name. Those of
other items are left out of this pack on purpose.
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
