"""A fetched file is kept sealed, once, and an altered one is never taken for it."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

import pytest

from counterfoil.store.statement_files import StatementFiles
from counterfoil.store.vault import Vault

PLAIN = b"%PDF-1.4 account 1000000001 %%EOF"


@pytest.fixture
def files(tmp_path: Path) -> StatementFiles:
    return StatementFiles(tmp_path / "statements", Vault(b"k" * 32))


@pytest.fixture
def digest(files: StatementFiles, tmp_path: Path) -> str:
    (tmp_path / "plain").write_bytes(PLAIN)
    return files.keep(tmp_path / "plain")


def test_it_comes_back_and_lies_sealed(files: StatementFiles, digest: str) -> None:
    assert digest == sha256(PLAIN).hexdigest()
    assert files.get(digest) == PLAIN
    stored = files.path(digest)
    assert b"1000000001" not in stored.read_bytes()
    assert stored.stat().st_mode & 0o777 == 0o400


def test_the_same_bytes_are_one_file(files: StatementFiles, digest: str, tmp_path: Path) -> None:
    before = files.path(digest).stat().st_mtime_ns
    assert files.keep(tmp_path / "plain") == digest
    assert files.path(digest).stat().st_mtime_ns == before


def test_an_altered_file_is_refused_and_kept_anew_when_it_comes_again(
    files: StatementFiles, digest: str, tmp_path: Path
) -> None:
    path = files.path(digest)
    os.chmod(path, 0o600)  # noqa: PTH101
    kept = path.read_bytes()
    path.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
    with pytest.raises(ValueError, match="altered"):
        files.get(digest)

    files.keep(tmp_path / "plain")

    assert files.get(digest) == PLAIN


def test_one_file_cannot_be_passed_off_as_another(
    files: StatementFiles, digest: str, tmp_path: Path
) -> None:
    (tmp_path / "other").write_bytes(b"other")
    other = files.keep(tmp_path / "other")
    os.chmod(files.path(digest), 0o600)  # noqa: PTH101
    files.path(digest).write_bytes(files.path(other).read_bytes())

    with pytest.raises(ValueError, match="altered"):
        files.get(digest)


def test_a_plain_copy_is_for_its_owner_alone(
    files: StatementFiles, digest: str, tmp_path: Path
) -> None:
    files.lay_out(digest, tmp_path / "copy")

    assert (tmp_path / "copy").read_bytes() == PLAIN
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        files.lay_out(digest, tmp_path / "copy")


def test_a_mark_is_the_same_for_the_same_text_and_key_only() -> None:
    vault, other = Vault(b"k" * 32), Vault(b"j" * 32)

    assert vault.mark("1000000001", context="a") == vault.mark("1000000001", context="a")
    marks = {
        vault.mark("1000000001", context="a"),
        vault.mark("1000000002", context="a"),
        vault.mark("1000000001", context="b"),
        other.mark("1000000001", context="a"),
    }
    assert len(marks) == 4
