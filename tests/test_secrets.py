"""No secret and no full account number gets out by accident, in any spelling."""

from __future__ import annotations

import base64
import copy
import html
import json
import os
import pickle
import re
import struct
import subprocess
import sys
import urllib.parse
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterfoil.adapters.secrets import CredentialFolder
from counterfoil.domain.secrets import MASK, Redactor, Secret, mask_account
from counterfoil.errors import SetupError

PASSWORD = 'Tr0ub&dor "3"/é+?'
IBAN = "CZ6508000000192000145399"


# --- the type ---------------------------------------------------------------------------


def test_a_secret_shows_stars_to_everybody() -> None:
    secret = Secret("core.password", PASSWORD, Redactor())
    shown = [str(secret), repr(secret), f"{secret}", f"{secret!r:>20}", f"{secret:>20}"]
    shown += ["%s" % secret, "{}".format(secret), str([secret]), str({"k": secret})]  # noqa: UP031, UP032
    assert {each.strip().strip("[]{}'k: ") for each in shown} == {MASK}


def test_a_secret_is_not_written_into_a_file() -> None:
    secret = Secret("core.password", PASSWORD, Redactor())
    for write in (pickle.dumps, copy.deepcopy, json.dumps):
        with pytest.raises(TypeError):
            write(secret)


def test_a_secret_cannot_be_guessed_at() -> None:
    redactor = Redactor()
    assert Secret("a", PASSWORD, redactor) != Secret("a", PASSWORD, redactor)
    text: object = PASSWORD
    assert Secret("a", PASSWORD, redactor) != text


def test_once_revealed_it_is_redacted_for_good() -> None:
    redactor = Redactor()
    with Secret("a", PASSWORD, redactor).reveal() as text:
        assert text == PASSWORD
    assert redactor.text(f"fill({PASSWORD}) failed") == f"fill({MASK}) failed"


# --- the redactor -----------------------------------------------------------------------

DISGUISES = {
    "plain": PASSWORD,
    "url": urllib.parse.quote(PASSWORD, safe=""),
    "url with lower case": re.sub(
        "%..", lambda code: code[0].lower(), urllib.parse.quote(PASSWORD)
    ),
    "form": urllib.parse.urlencode({"pw": PASSWORD}),
    "html": html.escape(PASSWORD),
    "html text": html.escape(PASSWORD, quote=False),
    "json": json.dumps(PASSWORD),
    "json utf-8": json.dumps(PASSWORD, ensure_ascii=False),
    "repr": repr(PASSWORD),
    "hex": PASSWORD.encode().hex(),
    "base64": base64.b64encode(PASSWORD.encode()).decode(),
    "basic auth 0": base64.b64encode(f"abc{PASSWORD}".encode()).decode(),
    "basic auth 1": base64.b64encode(f"u:{PASSWORD}!".encode()).decode(),
    "basic auth 2": base64.b64encode(f"u:x:{PASSWORD}!!".encode()).decode(),
    "base64 url": base64.urlsafe_b64encode(PASSWORD.encode()).decode(),
}


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_secret_is_found_in_any_disguise(disguise: str) -> None:
    redactor = Redactor()
    redactor.learn(PASSWORD)
    text = f"before {DISGUISES[disguise]} after"

    seen = redactor.text(text)

    assert MASK in seen
    assert PASSWORD[3:9] not in urllib.parse.unquote_plus(seen)
    assert seen.startswith("before ")
    assert seen.endswith(" after")
    assert redactor.bytes(text.encode()) == seen.encode()


@given(st.text(min_size=4, max_size=40), st.binary(max_size=20), st.binary(max_size=20))
@settings(max_examples=200, deadline=None)
def test_no_secret_gets_through_base64_at_any_offset(
    secret: str, before: bytes, after: bytes
) -> None:
    """Six characters in a row of what stood there would be half of a password."""
    raw = secret.encode("utf-8", "surrogatepass") if not has_surrogates(secret) else b"skip-this"
    redactor = Redactor()
    redactor.learn(raw.decode())
    encoded = base64.b64encode(before + raw + after).decode()

    seen = redactor.text(encoded)

    assert MASK in seen


def has_surrogates(text: str) -> bool:
    return any("\ud800" <= each <= "\udfff" for each in text)


def test_a_word_too_short_to_hide_leaves_text_alone() -> None:
    redactor = Redactor()
    redactor.learn("abc")
    assert redactor.text("abc abcdef") == "abc abcdef"


def test_a_part_of_another_secret_does_not_spoil_the_whole() -> None:
    redactor = Redactor()
    redactor.learn("hunter2")
    redactor.learn("hunter2-and-more")
    assert redactor.text("hunter2-and-more") == MASK


ACCOUNTS = [
    IBAN,
    IBAN.lower(),
    "CZ65 0800 0000 1920 0014 5399",
    "CZ65-0800-0000-1920-0014-5399",
    "CZ65\u00a00800\u00a00000\u00a01920\u00a00014\u00a05399",
    "CZ65&nbsp;0800&nbsp;0000&nbsp;1920&nbsp;0014&nbsp;5399",
    "CZ65%200800%200000%201920%200014%205399",
    "CZ65+0800+0000+1920+0014+5399",
    "08000000192000145399",
    "0800 0000 1920 0014 5399",
    "0800/0000192000145399",
]


@pytest.mark.parametrize("shown", ACCOUNTS)
def test_an_account_is_masked_however_it_is_grouped(shown: str) -> None:
    redactor = Redactor()
    with redactor.hiding([IBAN]):
        assert redactor.text(f"to <{shown}>, 12.30") == "to <****5399>, 12.30"
        assert redactor.bytes(f"to <{shown}>".encode()) == b"to <****5399>"


def test_an_account_is_hidden_for_as_long_as_somebody_needs_it() -> None:
    redactor = Redactor()
    with redactor.hiding([IBAN]):
        with redactor.hiding([IBAN, "DE89370400440532013000"]):
            assert redactor.text(IBAN) == "****5399"
        assert redactor.text(IBAN) == "****5399"
        assert redactor.text("DE89370400440532013000") == "DE89370400440532013000"
    assert redactor.text(IBAN) == IBAN


def test_a_secret_stays_hidden_when_an_account_like_it_is_let_go() -> None:
    redactor = Redactor()
    redactor.learn(IBAN)
    with redactor.hiding([IBAN]):
        pass
    assert redactor.text(IBAN) == MASK


def test_a_short_account_is_not_cut_out_of_other_numbers() -> None:
    redactor = Redactor()
    with redactor.hiding(["123456"]):
        assert redactor.text("123456") == "****3456"
        assert redactor.text("ref 9912345678, a1234567") == "ref 9912345678, a1234567"


def test_other_bytes_pass_unchanged() -> None:
    redactor = Redactor()
    redactor.learn("hunter2")
    content = bytes(range(256)) + "é\u2028".encode()
    assert redactor.bytes(content) == content
    assert redactor.bytes(content + b"hunter2") == content + b"***"


def test_a_masked_account_is_still_told_apart() -> None:
    assert mask_account(IBAN) == "****5399"
    assert mask_account("5399") == "****"


# --- where they come from ---------------------------------------------------------------


def put(folder: Path, name: str, content: bytes, mode: int = 0o600) -> Path:
    path = folder / name
    path.write_bytes(content)
    path.chmod(mode)
    return path


def test_a_secret_is_the_whole_file(tmp_path: Path) -> None:
    redactor = Redactor()
    put(tmp_path, "core.password", f"{PASSWORD}\n".encode())
    secret = CredentialFolder(tmp_path, redactor).get("core.password")
    with secret.reveal() as text:
        assert text == PASSWORD


def test_a_secret_is_redacted_from_the_moment_it_is_read(tmp_path: Path) -> None:
    redactor = Redactor()
    put(tmp_path, "core.password", PASSWORD.encode(), 0o400)
    CredentialFolder(tmp_path, redactor).get("core.password")
    assert redactor.text(PASSWORD) == MASK


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644, 0o660, 0o777])
def test_asvs_13_3_2_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = put(tmp_path, "core.password", PASSWORD.encode(), mode)
    with pytest.raises(SetupError) as trouble:
        CredentialFolder(tmp_path, Redactor()).get("core.password")
    assert f"chmod 600 {path}" in str(trouble.value)
    assert PASSWORD not in str(trouble.value)


def access_list(*entries: tuple[int, int, int]) -> bytes:
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *each) for each in entries)


NOBODY = 0xFFFFFFFF


@pytest.mark.parametrize(("group", "accepted"), [(0, True), (4, False)])
def test_the_access_list_of_systemd_is_understood(
    tmp_path: Path, group: int, accepted: bool
) -> None:
    """systemd lets the service's user in by an access list; the mode then shows 0440."""
    path = put(tmp_path, "core.password", PASSWORD.encode(), 0o400)
    entries = ((0x01, 4, NOBODY), (0x02, 4, 65534), (0x04, group, NOBODY), (0x10, 4, NOBODY))
    try:
        os.setxattr(path, "system.posix_acl_access", access_list(*entries, (0x20, 0, NOBODY)))
    except OSError as trouble:
        pytest.skip(f"no access lists on this file system: {trouble}")
    assert path.stat().st_mode & 0o777 == 0o440
    folder = CredentialFolder(tmp_path, Redactor())

    if accepted:
        with folder.get("core.password").reveal() as text:
            assert text == PASSWORD
    else:
        with pytest.raises(SetupError, match="others may read"):
            folder.get("core.password")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b"\xff\xfe", "UTF-8"),
        (b"x" * 70_000, "longer than"),
    ],
)
def test_a_file_that_is_no_secret_is_refused(tmp_path: Path, content: bytes, told: str) -> None:
    path = put(tmp_path, "core.password", content)
    with pytest.raises(SetupError, match=told) as trouble:
        CredentialFolder(tmp_path, Redactor()).get("core.password")
    assert str(path) in str(trouble.value)


def test_a_missing_secret_names_the_file_and_the_remedy(tmp_path: Path) -> None:
    folder = CredentialFolder(tmp_path, Redactor())
    assert not folder.has("core.password")
    with pytest.raises(SetupError, match=r"core\.password: no such secret -> install -m 600"):
        folder.get("core.password")


def test_pipes_links_and_folders_are_no_secrets(tmp_path: Path) -> None:
    folder = CredentialFolder(tmp_path, Redactor())
    os.mkfifo(tmp_path / "pipe", 0o600)
    (tmp_path / "folder").mkdir()
    put(tmp_path, "real", b"real-secret")
    (tmp_path / "link").symlink_to("real")
    for name in ("pipe", "folder", "link"):
        with pytest.raises(SetupError, match=name):
            folder.get(name)


@pytest.mark.parametrize("name", ["", "..", "../x", "/etc/passwd", "a/b", "a\0b"])
def test_a_name_is_not_a_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(SetupError, match="not the name"):
        CredentialFolder(tmp_path, Redactor()).get(name)


def test_the_services_own_folder_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "core.password", PASSWORD.encode())
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert CredentialFolder.of_service(Redactor(), otherwise=Path("nowhere")).has("core.password")
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    assert not CredentialFolder.of_service(Redactor(), otherwise=tmp_path / "x").has(
        "core.password"
    )


def test_a_traceback_does_not_show_the_value(tmp_path: Path) -> None:
    """Not even an uncaught one, with the secret among the variables."""
    put(tmp_path, "core.password", PASSWORD.encode())
    script = f"""
from pathlib import Path
from counterfoil.adapters.secrets import CredentialFolder
from counterfoil.domain.secrets import Redactor
secret = CredentialFolder(Path({str(tmp_path)!r}), Redactor()).get("core.password")
raise RuntimeError(f"sign-on failed with {{secret}} {{secret!r}} {{[secret]}}")
"""
    run = subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONPATH": "src"},
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "RuntimeError" in run.stderr
    assert PASSWORD not in run.stderr
