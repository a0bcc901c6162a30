"""What is sealed opens with its own key and context only, and unchanged."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from counterfoil.errors import SetupError
from counterfoil.store.vault import Vault, key_from_hex, read_or_make_key

KEY = bytes(range(32))


def test_what_is_sealed_can_be_opened() -> None:
    sealed = Vault(KEY).seal(b"CZ6508000000192000145399", context="item:B-1-0001")
    assert b"CZ65" not in sealed
    assert Vault(KEY).open(sealed, context="item:B-1-0001") == b"CZ6508000000192000145399"


def test_the_same_plain_text_never_looks_the_same() -> None:
    """Equal rows of the database would show equal accounts."""
    vault = Vault(KEY)
    assert len({vault.seal(b"same", context="item:1") for _ in range(100)}) == 100


def test_one_row_cannot_be_passed_off_as_another() -> None:
    vault = Vault(KEY)
    sealed = vault.seal(b"plain", context="item:1")
    with pytest.raises(ValueError, match="item:2: altered"):
        vault.open(sealed, context="item:2")


def test_asvs_11_3_3_every_flipped_bit_is_noticed() -> None:
    vault = Vault(KEY)
    sealed = vault.seal(b"plain", context="item:1")
    for at in range(len(sealed)):
        changed = bytearray(sealed)
        changed[at] ^= 1
        with pytest.raises(ValueError, match="item:1"):
            vault.open(bytes(changed), context="item:1")
    for size in range(len(sealed)):
        with pytest.raises(ValueError, match="item:1"):
            vault.open(sealed[:size], context="item:1")


def test_another_key_does_not_open_it() -> None:
    sealed = Vault(KEY).seal(b"plain", context="item:1")
    with pytest.raises(ValueError, match="another key"):
        Vault(bytes(32)).open(sealed, context="item:1")


def test_neither_vault_nor_error_shows_the_key(tmp_path: Path) -> None:
    assert repr(Vault(KEY)) == "Vault(***)"
    with pytest.raises(SetupError) as trouble:
        key_from_hex(KEY.hex()[:-2], "var/keys/vault.key")
    assert KEY.hex()[:-2] not in str(trouble.value)
    assert "var/keys/vault.key" in str(trouble.value)
    with pytest.raises(SetupError, match="16 bytes"):
        Vault(KEY[:16])


def test_the_key_is_made_once_and_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "vault.key"
    key = read_or_make_key(path)

    assert len(key) == 32
    assert read_or_make_key(path) == key
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["vault.key"]


def test_two_that_start_at_once_get_the_same_key(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "vault.key"
    keys: set[bytes] = set()
    start = threading.Barrier(8)

    def first_use() -> None:
        start.wait()
        keys.add(read_or_make_key(path))

    threads = [threading.Thread(target=first_use) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(keys) == 1


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "vault.key"
    read_or_make_key(path)
    path.chmod(0o640)
    with pytest.raises(SetupError, match="chmod 600"):
        read_or_make_key(path)


def test_a_file_that_is_no_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "vault.key"
    path.write_text("not a key")
    path.chmod(0o600)
    with pytest.raises(SetupError, match="openssl rand -hex 32"):
        read_or_make_key(path)
