"""One file, the standard library, plain sentences: an auditor can verify without us."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterfoil.audit import verifier
from counterfoil.audit.keys import SigningKey
from counterfoil.audit.records import Mark
from counterfoil.audit.verifier import ed25519_holds, main, read_record, read_seal, verify_folder
from tests.audit_support import SmallLog, as_witness, build_small_log, open_log


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> SmallLog:
    return build_small_log(tmp_path_factory.mktemp("small"))


def run_alone(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """The verifier as an auditor has it: copied away, no site packages, no environment."""
    copied = shutil.copy(verifier.__file__, folder / "verifier.py")
    return subprocess.run(
        [sys.executable, "-I", "-S", copied, *map(str, arguments)],
        cwd=folder,
        env={},
        capture_output=True,
        text=True,
        check=False,
    )


def write_witness(path: Path, marks: list[Mark]) -> Path:
    path.write_text("".join(json.dumps(each) + "\n" for each in as_witness(marks)))
    return path


def test_the_one_file_verifies_alone(log: SmallLog, tmp_path: Path) -> None:
    witness = write_witness(tmp_path / "ledger.jsonl", log.marks)

    run = run_alone(
        tmp_path,
        log.folder / "audit",
        "--genesis",
        log.genesis,
        "--blobs",
        log.blobs,
        "--witness",
        witness,
    )

    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.splitlines()[-1] == "verify: OK: 230 records in 1 streams"


def test_tampering_is_exit_code_1(log: SmallLog, tmp_path: Path) -> None:
    broken = log.copy(tmp_path / "log")
    first = broken.segments()[0]
    broken.put(first, first.read_bytes().replace(b'"row":7}', b'"row":8}'))

    run = run_alone(tmp_path, broken.folder / "audit", "--genesis", log.genesis)

    assert (run.returncode, run.stderr) == (1, "")
    assert "TAMPERING" in run.stdout
    assert "record 10" in run.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("nowhere",),
        ("empty",),
        ("empty", "--genesis", "AB" * 32),
        ("empty", "--genesis", "short"),
        ("empty", "--blobs", "nowhere"),
        ("empty", "--witness", "nowhere"),
        ("empty", "--witness", "broken.jsonl"),
        ("empty", "--witness", "empty"),
        ("empty", "--unknown"),
    ],
)
def test_unusable_arguments_are_exit_code_2(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken.jsonl").write_text('{"stream": 5}\n')

    run = run_alone(tmp_path, *arguments)

    assert run.returncode == 2
    assert "Traceback" not in run.stderr


def test_without_a_genesis_key_it_says_what_is_not_shown(log: SmallLog) -> None:
    report = verify_folder(log.folder / "audit")
    assert report.ok
    assert "does not show whose it is" in report.sentences[-1]


def test_another_genesis_key_is_tampering(log: SmallLog) -> None:
    report = verify_folder(log.folder / "audit", genesis=[SigningKey.new().public])
    assert not report.ok
    assert "nobody enrolled" in report.sentences[0]


def test_a_checkpoint_is_a_witness_too(log: SmallLog, tmp_path: Path) -> None:
    bot = open_log(tmp_path)
    bot.emit("item_posted", obj={"row": 1})
    seen = bot.checkpoint()
    bot.emit("item_posted", obj={"row": 2})
    bot.close()
    kept = {"stream": seen.stream, "size": seen.size, "root": seen.root, "head": seen.head}

    assert verify_folder(tmp_path / "audit", witness=[kept]).ok
    assert not verify_folder(tmp_path / "audit", witness=[{**kept, "root": "0" * 64}]).ok
    assert not verify_folder(tmp_path / "audit", witness=[{**kept, "size": 99}]).ok


def test_many_streams_are_judged_one_by_one(tmp_path: Path) -> None:
    with open_log(tmp_path) as one, open_log(tmp_path) as two:
        one.emit("a", obj={})
        two.emit("b", obj={})
    assert verify_folder(tmp_path).streams == 2
    (first,) = [each for each in tmp_path.rglob("*.jsonl") if b'"kind":"a"' in each.read_bytes()]
    first.write_bytes(first.read_bytes().replace(b'"kind":"a"', b'"kind":"c"'))

    report = verify_folder(tmp_path)

    assert [each.split(":")[0] for each in report.sentences if "VERIFIED" in each] == ["VERIFIED"]
    assert [each for each in report.sentences if each.startswith("TAMPERING")]


def test_a_copied_stream_is_not_a_second_one(log: SmallLog, tmp_path: Path) -> None:
    twice = log.copy(tmp_path / "log")
    shutil.copytree(twice.stream, twice.folder / "audit" / "other" / twice.stream.name)
    report = verify_folder(twice.folder / "audit", genesis=[log.genesis])
    assert not report.ok
    assert "two folders hold the stream" in report.sentences[0]


def test_a_renamed_stream_is_found(log: SmallLog, tmp_path: Path) -> None:
    moved = log.copy(tmp_path / "log")
    moved.stream.rename(moved.stream.with_name("20260101T000000-00000000"))
    assert not verify_folder(moved.folder / "audit").ok


def test_a_living_log_raises_no_alarm(tmp_path: Path) -> None:
    """The bot goes on writing while somebody verifies."""
    bot = open_log(tmp_path, per_segment=4)
    for row in range(40):
        bot.emit("item_posted", obj={"row": row}, durable=False)
        assert verify_folder(tmp_path / "audit", genesis=[bot.genesis_public_key]).ok
    bot.close()


def test_nothing_foreign_reaches_the_terminal(log: SmallLog, tmp_path: Path) -> None:
    broken = log.copy(tmp_path / "log")
    (broken.stream / "\x1b[31mred\n.txt").write_bytes(b"")
    lines: list[str] = []
    assert main([str(broken.folder / "audit")], say=lines.append) == 0
    assert [each for each in lines if "\x1b" in each or "\n" in each] == []
    assert [each for each in lines if "is no part of a log" in each]


# --- Ed25519 ----------------------------------------------------------------------------

RFC_8032_VECTORS = [  # section 7.1, TEST 1 to 3: public key, message, signature
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize(("key", "message", "signature"), RFC_8032_VECTORS)
def test_the_plain_python_ed25519_agrees_with_rfc_8032(
    key: str, message: str, signature: str
) -> None:
    public, text, signed = map(bytes.fromhex, (key, message, signature))
    assert ed25519_holds(public, text, signed)
    assert not ed25519_holds(public, text + b"!", signed)


def test_the_plain_python_ed25519_agrees_with_the_library() -> None:
    chance = random.Random(8032)
    for _ in range(12):
        key, message = SigningKey.new(), chance.randbytes(chance.randrange(200))
        signature = bytes.fromhex(key.sign(message))
        public = bytes.fromhex(key.public)
        assert ed25519_holds(public, message, signature)
        changed = bytearray(signature)
        changed[chance.randrange(64)] ^= 1 << chance.randrange(8)
        assert not ed25519_holds(public, message, bytes(changed))


def test_a_signature_has_one_spelling() -> None:
    """S + L would check out by the equation, and is refused by RFC 8032."""
    key = SigningKey.new()
    signature = bytes.fromhex(key.sign(b"seal"))
    order = 2**252 + 27742317777372353535851937790883648493
    other = int.from_bytes(signature[32:], "little") + order
    public = bytes.fromhex(key.public)
    assert not ed25519_holds(public, b"seal", signature[:32] + other.to_bytes(32, "little"))
    assert not ed25519_holds(b"\xff" * 32, b"seal", signature)
    assert not ed25519_holds(bytes(32), b"seal", signature)


# --- fuzz -------------------------------------------------------------------------------


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_a_record_or_a_value_error(content: bytes) -> None:
    for read in (read_record, read_seal):
        with pytest.raises(ValueError, match=r".+"):
            read(content)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_record_with_any_part_replaced_never_crashes_the_verifier(
    log: SmallLog, data: st.DataObject
) -> None:
    line = data.draw(st.sampled_from([each for lines in log.lines()[:2] for each in lines[:3]]))
    record = json.loads(line)
    keys = sorted(record) + [f"data.{key}" for key in record["data"]]
    target = data.draw(st.sampled_from(keys))
    value = data.draw(JSON)
    if target.startswith("data."):
        record["data"][target.removeprefix("data.")] = value
    else:
        record[target] = value
    changed = json.dumps(record, sort_keys=True, separators=(",", ":")).encode()
    if changed == line:
        return
    first = log.segments()[0]
    kept = first.read_bytes()
    log.put(first, kept.replace(line, changed) if line in kept else kept + changed + b"\n")
    try:
        assert not log.verify().ok
    finally:
        log.put(first, kept)


@pytest.mark.parametrize("rounds", [60, pytest.param(5_000, marks=pytest.mark.battery)])
def test_random_damage_never_crashes_the_verifier(
    log: SmallLog, tmp_path: Path, rounds: int
) -> None:
    """Pieces cut, copied, filled and moved, in sealed files: found each time, in words."""
    broken = log.copy(tmp_path / "log")
    chance = random.Random(rounds)
    sealed = [*broken.segments()[:-1], *broken.seals()]
    for _ in range(rounds):
        path = chance.choice(sealed)
        kept = path.read_bytes()
        content = damaged(kept, chance)
        if content != kept:
            broken.put(path, content)
            assert not broken.verify().ok
            broken.put(path, kept)
    assert broken.verify().ok


def damaged(content: bytes, chance: random.Random) -> bytes:
    first, last = sorted(chance.randrange(len(content) + 1) for _ in range(2))
    piece = content[first:last]
    match chance.randrange(5):
        case 0:
            piece = b""
        case 1:
            piece = piece * 2
        case 2:
            piece = bytes(len(piece))
        case 3:
            piece = chance.randbytes(len(piece))
        case 4:
            piece = piece[::-1]
    return content[:first] + piece + content[last:]


def test_an_unreadable_file_is_an_answer_too(log: SmallLog, tmp_path: Path) -> None:
    broken = log.copy(tmp_path / "log")
    path = broken.segments()[1]
    path.unlink()
    os.mkfifo(path)
    report = broken.verify()
    assert not report.ok
    assert "not a regular file" in report.sentences[0]
