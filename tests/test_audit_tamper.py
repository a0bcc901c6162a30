"""Whoever changes what was written and sealed is found, and the verifier never falls over.

The battery makes every change; the normal run takes a regular sample of each kind.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest

from counterfoil.audit.keys import SigningKey
from counterfoil.audit.verifier import Report
from tests.audit_support import SmallLog, build_small_log, edited, rechained, resealed

#: A change to the log, and a name for it.
Change = tuple[str, Callable[[], None]]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> SmallLog:
    return build_small_log(tmp_path_factory.mktemp("small"))


@pytest.fixture
def log(whole: SmallLog, tmp_path: Path) -> SmallLog:
    return whole.copy(tmp_path / "log")


def test_an_untouched_log_is_verified(log: SmallLog) -> None:
    report = log.verify(witness=True, blobs=True)

    assert (report.ok, report.records, report.sealed) == (True, 230, 208)
    assert [each.split(":")[0] for each in report.sentences] == ["NOT SEALED YET", "VERIFIED"]


def test_asvs_16_4_2_a_flipped_bit_in_a_sealed_segment_is_found(log: SmallLog) -> None:
    assert missed(log, flips(log, log.segments()[0], step=61)) == []
    assert (
        missed(log, (each for path in log.segments()[1:4] for each in flips(log, path, 997))) == []
    )


@pytest.mark.battery
def test_every_flipped_bit_in_the_first_segment_is_found(log: SmallLog) -> None:
    assert missed(log, flips(log, log.segments()[0], step=1)) == []
    assert (
        missed(log, (each for path in log.segments()[1:4] for each in flips(log, path, 61))) == []
    )


def test_a_flipped_bit_in_a_seal_is_found(log: SmallLog) -> None:
    assert missed(log, (each for path in log.seals() for each in flips(log, path, step=41))) == []


@pytest.mark.battery
def test_every_flipped_bit_in_every_seal_is_found(log: SmallLog) -> None:
    assert missed(log, (each for path in log.seals() for each in flips(log, path, step=1))) == []


def test_upper_case_hex_is_found(log: SmallLog) -> None:
    """``bytes.fromhex`` takes both, so a seal spelt otherwise would pass for the same."""
    for path in log.seals():
        seal = json.loads(path.read_bytes())
        for key in ("head", "root", "prev_seal", "key", "next_key", "sig"):
            if seal[key] != seal[key].upper():
                spelt = {**seal, key: seal[key].upper()}
                assert missed(log, [put(log, path, as_seal(spelt))]) == []


@pytest.mark.parametrize("step", [7, pytest.param(1, marks=pytest.mark.battery)])
def test_a_deleted_doubled_or_moved_record_is_found(log: SmallLog, step: int) -> None:
    assert missed(log, rearrangements(log, step)) == []


@pytest.mark.parametrize("step", [7, pytest.param(1, marks=pytest.mark.battery)])
def test_a_log_that_is_cut_at_any_record_is_found(log: SmallLog, step: int) -> None:
    """In the open segment only the witness can tell; before it, the seals do."""
    assert missed(log, cuts(log, step), witness=True) == []


@pytest.mark.parametrize("step", [9, pytest.param(1, marks=pytest.mark.battery)])
def test_an_edit_with_the_chain_set_right_again_is_found(log: SmallLog, step: int) -> None:
    assert missed(log, edits(log, step), witness=False) == []


@pytest.mark.parametrize("step", [60, pytest.param(11, marks=pytest.mark.battery)])
def test_an_edit_sealed_with_an_attackers_keys_is_found(log: SmallLog, step: int) -> None:
    own = [SigningKey.new() for _ in range(6)]
    assert missed(log, forgeries(log, own, step)) == []


@pytest.mark.parametrize("step", [60, pytest.param(11, marks=pytest.mark.battery)])
def test_an_edit_sealed_with_the_stolen_current_key_is_found(log: SmallLog, step: int) -> None:
    """Today's key cannot seal yesterday again."""
    (path,) = log.folder.glob("keys/audit/h7/pay-bot/*/current.key")
    stolen = SigningKey.from_hex(path.read_text().strip())
    assert stolen.public == json.loads(log.lines()[-1][0])["data"]["key"]

    assert missed(log, forgeries(log, [stolen] * 6, step)) == []


@pytest.mark.parametrize("step", [5, pytest.param(1, marks=pytest.mark.battery)])
def test_an_edit_in_the_open_segment_is_found_with_a_witness(log: SmallLog, step: int) -> None:
    assert missed(log, edits(log, step, of_open_segment=True), witness=True) == []


def test_a_missing_file_is_found(log: SmallLog) -> None:
    changes = [
        (f"without {path.name}", path.unlink) for path in (*log.segments()[:-1], *log.seals())
    ]
    changes.append(("without the last segment", log.segments()[-1].unlink))
    assert missed(log, changes) == []


def test_exchanged_files_are_found(log: SmallLog) -> None:
    changes = [
        (f"{first.name} and {second.name}", partial(exchange, first, second))
        for files in (log.segments(), log.seals())
        for first, second in pairwise(files)
    ]
    assert missed(log, changes) == []


def test_a_segment_too_many_is_found(log: SmallLog) -> None:
    extra = [
        put(log, log.stream / name, log.segments()[0].read_bytes())
        for name in (
            "000006.jsonl",
            "000007.jsonl",
            "000099.jsonl",
            "999999999.jsonl",
            "000006.seal",
        )
    ]
    assert missed(log, extra) == []


def test_a_seal_without_anything_is_found(log: SmallLog) -> None:
    for path in log.seals():
        assert missed(log, [put(log, path, content) for content in HOSTILE]) == []


def test_an_altered_missing_or_extra_blob_is_listed(log: SmallLog) -> None:
    blob, other = sorted(path for path in log.blobs.rglob("*") if path.is_file())[:2]
    log.put(blob, blob.read_bytes()[:-1] + b"!")
    other.unlink()
    log.put(log.blobs / "extra.png", b"")

    report = log.verify(blobs=True)

    assert not report.ok
    assert [each for each in report.sentences if each.startswith("TAMPERING") and blob.name in each]
    assert [
        each
        for each in report.sentences
        if each.startswith("MISSING EVIDENCE") and other.name in each
    ]


def test_an_extra_blob_alone_is_no_alarm(log: SmallLog) -> None:
    """A crash between the blob and its record leaves one behind."""
    extra = "ab" * 32
    (log.blobs / "ab").mkdir(exist_ok=True)
    log.put(log.blobs / "ab" / extra, b"not named yet")

    report = log.verify(blobs=True)

    assert report.ok
    assert [each for each in report.sentences if each.startswith("NOTE") and extra in each]


def test_a_truncated_log_is_called_so(log: SmallLog) -> None:
    last = log.segments()[-1]
    log.put(last, b"".join(each + b"\n" for each in last.read_bytes().splitlines()[:-5]))

    report = log.verify(witness=True)

    assert [each for each in report.sentences if each.startswith("TRUNCATED")]
    assert "the witness saw 230 records, the log has 225" in report.sentences[0]


def test_a_stream_that_is_gone_is_called_so(log: SmallLog) -> None:
    for path in log.stream.iterdir():
        path.unlink()

    report = log.verify(witness=True)

    assert not report.ok
    assert report.sentences[0].startswith("TRUNCATED: a witness saw 230 records")


def test_the_verifier_survives_hostile_files(log: SmallLog) -> None:
    """Whatever lies there, the answer is a sentence."""
    changes = [
        put(log, path, content)
        for path in (*log.segments()[:-1], log.seals()[0])
        for content in HOSTILE
    ]
    assert missed(log, changes) == []


def test_pipes_links_and_folders_in_place_of_files_are_found(log: SmallLog) -> None:
    for path in (log.segments()[1], log.seals()[1]):
        for make in (os.mkfifo, Path.mkdir, lambda each: each.symlink_to("/dev/zero")):
            kept = path.read_bytes()
            path.unlink()
            make(path)
            report = log.verify()
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
            log.put(path, kept)
            assert not report.ok


HOSTILE = (
    b"",
    b"\n",
    b"\n" * 1000,
    b"\0" * 4096,
    b"null\n",
    b"[]\n",
    b"{}\n",
    b'{"v":1}\n',
    b"[" * 60_000 + b"\n",
    b'{"a":' * 20_000 + b"\n",
    b"9" * 50_000 + b"\n",
    b'{"seq":1e400}\n',
    b'{"seq":NaN}\n',
    b'"\\ud800"\n',
    "\u2028é".encode() + b"\n",
    b"\xff\xfe\x00\n",
    b"x" * 200_000,
)


def missed(
    log: SmallLog, changes: Iterator[Change] | Sequence[Change], *, witness: bool = False
) -> list[str]:
    """Make each change, ask the verifier, put things back. Returns what it did not find."""
    before = {path: path.read_bytes() for path in log.stream.iterdir()}
    unseen = []
    for name, change in changes:
        change()
        if log.verify(witness=witness).ok:
            unseen.append(name)
        restore(log, before)
    assert log.verify(witness=witness).ok
    return unseen


def restore(log: SmallLog, before: dict[Path, bytes]) -> None:
    for path in log.stream.iterdir():
        if path not in before:
            path.unlink()
    for path, content in before.items():
        if not path.exists() or path.read_bytes() != content:
            log.put(path, content)


def put(log: SmallLog, path: Path, content: bytes) -> Change:
    return f"{path.name} = {content[:20]!r}", partial(log.put, path, content)


def flips(log: SmallLog, path: Path, step: int) -> Iterator[Change]:
    """One bit at every *step*-th byte; each bit gets its turn, 0x20 (a -> A) twice."""
    content = path.read_bytes()
    for at in range(0, len(content), step):
        for bit in {(at // step) % 8, 5}:
            changed = bytearray(content)
            changed[at] ^= 1 << bit
            yield f"{path.name}: bit {bit} of byte {at}", put(log, path, bytes(changed))[1]


def rearrangements(log: SmallLog, step: int) -> Iterator[Change]:
    """Each sealed record deleted, doubled, and swapped with the next."""
    segments = log.lines()
    for number, lines in enumerate(segments[:4]):
        for at in range(0, len(lines), step):
            for name, changed in (
                ("deleted", lines[:at] + lines[at + 1 :]),
                ("doubled", [*lines[: at + 1], *lines[at:]]),
                ("swapped", [*lines[:at], *lines[at : at + 2][::-1], *lines[at + 2 :]]),
            ):
                if changed != lines:
                    altered = [*segments[:number], changed, *segments[number + 1 :]]
                    yield f"{name}: {number + 1}, {at}", partial(log.put_lines, altered)


def cuts(log: SmallLog, step: int) -> Iterator[Change]:
    """The log ends after record n: later records, segments and seals are gone."""
    segments, seals = log.lines(), log.seals()
    total = sum(map(len, segments))

    def cut(size: int) -> None:
        left = size
        for number, lines in enumerate(segments):
            path = log.stream / f"{number + 1:06d}.jsonl"
            if left <= 0:
                path.unlink()
            else:
                log.put(path, b"".join(each + b"\n" for each in lines[:left]))
            left -= len(lines)
            if left <= 0 and number < len(seals):
                seals[number].unlink()

    for size in range(1, total, step):
        yield f"cut after {size}", partial(cut, size)


def edits(log: SmallLog, step: int, *, of_open_segment: bool = False) -> Iterator[Change]:
    """One record says something else, and the chain is right again; the seals are not."""
    segments = log.lines()
    for number, lines in enumerate(segments):
        if (number == len(segments) - 1) != of_open_segment:
            continue
        for at, line in enumerate(lines[1:-1:step], 1):
            record = json.loads(line)
            changed = edited(line, data={**record["data"], "amount": "9912.30"})
            altered = [list(each) for each in segments]
            altered[number][lines.index(line)] = changed
            fixed = rechained(altered)
            yield f"edit {number + 1}, {at}", partial(log.put_lines, fixed)


def forgeries(log: SmallLog, keys: Sequence[SigningKey], step: int) -> Iterator[Change]:
    """One record says something else, and everything after it is sealed anew with *keys*."""
    segments, seals = log.lines(), log.seals()
    for size in range(1, 200, step):
        number, at = divmod(size, 52)
        altered = [list(each) for each in segments]
        altered[number][at] = edited(altered[number][at], actor={"bot": "another"})
        for name, first in (("from the start", 0), ("from there on", number)):
            made, new_seals = resealed(altered, keys)
            if first:
                made = [*segments[:first], *made[first:]]
                new_seals = [*(each.read_bytes() for each in seals[:first]), *new_seals[first:]]
            yield f"forged {size} {name}", partial(forge, log, made, new_seals)


def forge(log: SmallLog, segments: Sequence[Sequence[bytes]], seals: Sequence[bytes]) -> None:
    log.put_lines(segments)
    for number, seal in enumerate(seals, 1):
        log.put(log.stream / f"{number:06d}.seal", seal)


def as_seal(seal: dict[str, object]) -> bytes:
    return json.dumps(seal, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def exchange(first: Path, second: Path) -> None:
    spare = first.with_suffix(".spare")
    first.rename(spare)
    second.rename(first)
    spare.rename(second)


def test_the_battery_can_fail(log: SmallLog) -> None:
    """What nobody can find without a witness is not found: the battery would tell."""
    last = log.segments()[-1]
    shorter = b"".join(each + b"\n" for each in last.read_bytes().splitlines()[:-1])
    assert missed(log, [put(log, last, shorter)]) != []
    assert isinstance(log.verify(), Report)
