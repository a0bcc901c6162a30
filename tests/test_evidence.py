"""A blob lies under its own hash, whole, redacted and durable, or it is not there."""

from __future__ import annotations

import gzip
import os
import stat
from hashlib import sha256
from pathlib import Path

import pytest

from counterfoil.domain.evidence import Evidence
from counterfoil.domain.secrets import Redactor
from counterfoil.store.evidence import BLOB_MAX_BYTES, EvidenceStore, readable


@pytest.fixture
def redactor() -> Redactor:
    return Redactor()


@pytest.fixture
def store(tmp_path: Path, redactor: Redactor) -> EvidenceStore:
    return EvidenceStore(tmp_path / "evidence", redactor)


def test_a_blob_lies_under_its_own_hash(store: EvidenceStore, tmp_path: Path) -> None:
    kept = store.put("screenshot", b"\xff\xd8pixels", picture=True)

    path = tmp_path / "evidence" / kept.sha256[:2] / kept.sha256
    assert kept == Evidence("screenshot", sha256(b"\xff\xd8pixels").hexdigest(), 8)
    assert path == store.path(kept.sha256)
    assert path.read_bytes() == store.get(kept.sha256) == b"\xff\xd8pixels"
    assert stat.S_IMODE(path.stat().st_mode) == 0o400


def test_text_is_redacted_before_it_is_hashed(store: EvidenceStore, redactor: Redactor) -> None:
    redactor.learn("hunter2-secret")
    with redactor.hiding(["CZ6508000000192000145399"]):
        kept = store.put("document", b"PIN hunter2-secret, CZ65 0800 0000 1920 0014 5399")

    assert store.get(kept.sha256) == b"PIN ***, ****5399"


def test_pixels_are_left_alone(store: EvidenceStore, redactor: Redactor) -> None:
    redactor.learn("abcd")
    kept = store.put("screenshot", b"\xffabcd\x00", picture=True)
    assert store.get(kept.sha256) == b"\xffabcd\x00"


def test_a_screen_is_packed_where_that_pays(store: EvidenceStore) -> None:
    screen = b"<tr><td>ACCEPTED</td></tr>" * 400
    first, second = store.put("dom", screen), store.put("dom", screen)

    assert first == second, "packing must not depend on the time"
    assert first.size < len(screen) / 10
    assert readable(store.get(first.sha256)) == screen
    assert gzip.decompress(store.get(first.sha256)) == screen
    tiny = store.put("dom", b"<p>")
    assert store.get(tiny.sha256) == readable(store.get(tiny.sha256)) == b"<p>"


def test_the_same_screen_twice_is_one_blob(store: EvidenceStore, tmp_path: Path) -> None:
    store.put("dom", b"<p>same</p>")
    store.put("dom", b"<p>same</p>")
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_an_altered_blob_is_noticed_and_put_right(store: EvidenceStore) -> None:
    kept = store.put("document", b"as received")
    path = store.path(kept.sha256)
    path.unlink()
    path.write_bytes(b"as altered!")
    with pytest.raises(ValueError, match="altered"):
        store.get(kept.sha256)

    assert store.put("document", b"as received") == kept
    assert store.get(kept.sha256) == b"as received"


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "AB" * 32, "ab" * 31, "a/" * 32])
def test_only_a_hash_is_an_address(store: EvidenceStore, digest: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        store.path(digest)


def test_what_was_never_put_is_not_found(store: EvidenceStore) -> None:
    with pytest.raises(FileNotFoundError):
        store.get("ab" * 32)


def test_a_blob_has_a_longest_size(store: EvidenceStore) -> None:
    with pytest.raises(ValueError, match="too many"):
        store.put("document", bytes(BLOB_MAX_BYTES + 1))


@pytest.mark.parametrize("call", ["write", "fsync", "rename", "fchmod"])
def test_a_failing_disk_leaves_no_half_blob(
    store: EvidenceStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(os, call, full_disk)
        with pytest.raises(OSError, match="ENOSPC"):
            store.put("document", b"as received")
    left = [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".tmp"]
    assert left == []

    kept = store.put("document", b"as received")
    assert store.get(kept.sha256) == b"as received"


def full_disk(*arguments: object) -> None:
    raise OSError(28, "ENOSPC")


def test_a_short_write_is_finished(store: EvidenceStore, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda fd, content: real(fd, bytes(content)[:7]))
    kept = store.put("document", b"longer than seven bytes")
    assert store.get(kept.sha256) == b"longer than seven bytes"
