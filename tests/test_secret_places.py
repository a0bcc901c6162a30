"""Passwords come from where config.toml says, are read anew each time, and show nowhere."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from counterfoil.adapters.secret_keyring import KeyringSecrets
from counterfoil.adapters.secret_vault import VaultSecrets, open_vault_secrets
from counterfoil.adapters.secrets import CredentialFolder
from counterfoil.cli.site import secrets_of
from counterfoil.config import Config, find_suite
from counterfoil.domain.secret_settings import VaultSettings
from counterfoil.domain.secrets import MASK, Redactor, Secret
from counterfoil.errors import SetupError, Unavailable
from counterfoil.toml_records import load_record
from tests.vault_support import ROLE_ID, SECRET_ID, FakeVault, fake_vault

ROOT = Path(__file__).parent.parent
HEAD = 'schema = 1\n[site]\nname = "Test"\ncredentials = "credentials"\n'
PASSWORD = 'Tr0ub&dor "3"/é'


def text_of(secret: Secret) -> str:
    with secret.reveal() as text:
        return text


def put(folder: Path, name: str, text: str, mode: int = 0o400) -> Path:
    folder.mkdir(exist_ok=True, mode=0o700)
    path = folder / name
    path.unlink(missing_ok=True)
    path.write_text(text, "utf-8")
    path.chmod(mode)
    return path


# Files: systemd's, and our own


def test_systemds_folder_comes_first_and_files_are_read_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.toml").write_text(HEAD, "utf-8")
    put(tmp_path / "credentials", "op1", "of-the-file")
    put(tmp_path / "systemd", "op1", "of-systemd")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "systemd"))
    secrets = secrets_of(find_suite(tmp_path), Redactor())
    assert text_of(secrets.get("op1")) == "of-systemd"
    put(tmp_path / "systemd", "op1", "another-one")
    assert text_of(secrets.get("op1")) == "another-one"
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    assert text_of(secrets_of(find_suite(tmp_path), Redactor()).get("op1")) == "of-the-file"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file away")
def test_a_file_of_another_user_is_refused(tmp_path: Path) -> None:
    path = put(tmp_path, "op1", PASSWORD)
    script = f"""
import os
from pathlib import Path
from counterfoil.adapters.secrets import CredentialFolder
from counterfoil.domain.secrets import Redactor
os.chmod({str(tmp_path)!r}, 0o755)
os.chown({str(path)!r}, 4711, 4711)
os.seteuid(4712)
from counterfoil.errors import SetupError
try:
    CredentialFolder(Path({str(tmp_path)!r}), Redactor()).get("op1")
except SetupError as trouble:
    print(trouble)
"""
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True,
        env={"PYTHONPATH": str(ROOT / "src")},
    )  # fmt: skip
    assert "cannot be read" in run.stdout or "is another user's" in run.stdout
    os.chown(path, 4711, 4711)
    with pytest.raises(SetupError, match=r"is another user's \(uid 4711\)"):
        CredentialFolder(tmp_path, Redactor()).get("op1")


# Vault (a fake one: see vault_support)


@pytest.fixture
def vault() -> Iterator[FakeVault]:
    with fake_vault() as vault:
        vault.secrets["secret/counterfoil/op1"] = {"value": PASSWORD}
        yield vault


def settings(vault: FakeVault, **other: object) -> VaultSettings:
    made = VaultSettings(url=vault.url, token="vault-token", answer_within_seconds=2)
    return replace(made, **other)  # type: ignore[arg-type]


def places(folder: Path, wanted: VaultSettings, redactor: Redactor | None = None) -> VaultSecrets:
    redactor = redactor or Redactor()
    put(folder / "credentials", "vault-token", "token-1")
    put(folder / "credentials", "vault-secret-id", SECRET_ID)
    keys = CredentialFolder(folder / "credentials", redactor)
    return open_vault_secrets(wanted, redactor, keys=keys, root=folder)


def test_asvs_13_3_1_and_13_3_4_a_secret_of_the_vault_is_read_anew_each_time(
    tmp_path: Path, vault: FakeVault
) -> None:
    redactor = Redactor()
    secrets = places(tmp_path, settings(vault), redactor)
    assert text_of(secrets.get("op1")) == PASSWORD
    vault.secrets["secret/counterfoil/op1"] = {"value": "rotated-1"}
    assert text_of(secrets.get("op1")) == "rotated-1"
    assert vault.asked == ["GET /v1/secret/data/counterfoil/op1"] * 2
    assert redactor.text(f"{PASSWORD} rotated-1 token-1") == f"{MASK} {MASK} {MASK}"


def test_a_role_signs_on_once_and_again_when_its_token_has_run_out(
    tmp_path: Path, vault: FakeVault
) -> None:
    role = settings(vault, token="", role_id=ROLE_ID, secret_id="vault-secret-id")
    secrets = places(tmp_path, role)
    for _ in range(3):
        assert text_of(secrets.get("op1")) == PASSWORD
    assert vault.asked.count("POST /v1/auth/approle/login") == 1
    vault.tokens.clear()
    assert text_of(secrets.get("op1")) == PASSWORD
    assert vault.asked.count("POST /v1/auth/approle/login") == 2


def test_a_token_that_was_changed_is_read_without_a_restart(
    tmp_path: Path, vault: FakeVault
) -> None:
    secrets = places(tmp_path, settings(vault))
    assert text_of(secrets.get("op1")) == PASSWORD
    vault.tokens = {"token-2"}
    with pytest.raises(Unavailable, match="does not let us read it: renew the token"):
        secrets.get("op1")
    put(tmp_path / "credentials", "vault-token", "token-2")
    assert text_of(secrets.get("op1")) == PASSWORD


def test_a_vault_that_is_away_or_sealed_is_waited_for(tmp_path: Path, vault: FakeVault) -> None:
    """Unavailable: the sign-on is tried later; nothing stops for good."""
    secrets = places(tmp_path, settings(vault))
    vault.sealed = True
    with pytest.raises(Unavailable, match="VaultDown"):
        secrets.get("op1")
    nobody = places(tmp_path, settings(vault, url="http://127.0.0.1:1"))
    with pytest.raises(Unavailable, match="does not answer"):
        nobody.get("op1")


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        (None, r"no such secret -> vault kv put -mount=secret counterfoil/op2 value=-"),
        ({"password": "x"}, "has no field 'value'"),
        ({"value": ""}, "is empty"),
    ],
)
def test_what_is_not_there_is_named_with_its_remedy(
    tmp_path: Path, vault: FakeVault, fields: dict[str, str] | None, told: str
) -> None:
    if fields is not None:
        vault.secrets["secret/counterfoil/op2"] = fields
    with pytest.raises(SetupError, match=told):
        places(tmp_path, settings(vault)).get("op2")
    with pytest.raises(SetupError, match="not the name of a secret"):
        places(tmp_path, settings(vault)).get("../op1")


def test_a_deleted_version_is_no_secret(tmp_path: Path, vault: FakeVault) -> None:
    vault.deleted.add("secret/counterfoil/op1")
    with pytest.raises(SetupError, match="no such secret"):
        places(tmp_path, settings(vault)).get("op1")


def test_the_vaults_own_refusals_show_no_token(tmp_path: Path, vault: FakeVault) -> None:
    role = settings(vault, token="", role_id="another", secret_id="vault-secret-id")
    with pytest.raises(Unavailable) as trouble:
        places(tmp_path, role).get("op1")
    assert SECRET_ID not in str(trouble.value)


def test_config_says_which_place(tmp_path: Path, vault: FakeVault) -> None:
    (tmp_path / "config.toml").write_text(
        f'{HEAD}[secrets]\nsource = "vault"\n[secrets.vault]\nurl = "{vault.url}"\n'
        'token = "vault-token"\n',
        "utf-8",
    )
    put(tmp_path / "credentials", "vault-token", "token-1")
    secrets = secrets_of(find_suite(tmp_path), Redactor())
    assert text_of(secrets.get("op1")) == PASSWORD


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ('source = "vault"', "source = 'vault' and [secrets.vault] belong together"),
        ('source = "valt"', "is not one of 'files', 'keyring', 'vault', did you mean 'vault'?"),
        ('[secrets.vault]\nurl = "http://v.example"\ntoken = "t"', "must begin with https://"),
        ('[secrets.vault]\nurl = "https://v.example"', "one of the two (at line 5)"),
        ('[secrets.vault]\nurl = "https://v.example"\nrole_id = "r"', "belong together"),
        ('[secrets.vault]\nurl = "https://v"\ntokn = "t"', "did you mean 'token'? (at line 7)"),
    ],
)
def test_a_wrong_place_is_refused_with_its_line(tmp_path: Path, table: str, told: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f"{HEAD}[secrets]\n{table}\n".replace("[secrets]\n[", "["), "utf-8")
    with pytest.raises(SetupError) as trouble:
        load_record(Config, path, error=SetupError)
    assert told in str(trouble.value)


# The operating system's keyring

KEYRING = shutil.which("gnome-keyring-daemon") and shutil.which("dbus-run-session")
IN_KEYRING = """
import keyring, sys
from counterfoil.adapters.secret_keyring import KeyringSecrets
from counterfoil.domain.secrets import Redactor
from counterfoil.errors import SetupError
redactor = Redactor()
secrets = KeyringSecrets("counterfoil", redactor)
for password in ("first-one", "second-one"):
    keyring.set_password("counterfoil", "op1", password)
    with secrets.get("op1").reveal() as text:
        assert text == password, text
assert redactor.text("first-one") == "***"
try:
    secrets.get("op2")
except SetupError as trouble:
    print(trouble)
print(type(keyring.get_keyring()).__module__)
"""


@pytest.mark.skipif(not KEYRING, reason="no gnome-keyring here: apt-get install gnome-keyring dbus")
def test_a_secret_of_a_real_secret_service_is_read_anew_each_time(tmp_path: Path) -> None:
    """GNOME's keyring on a session bus of its own, with an unlocked collection of its own."""
    (tmp_path / "script.py").write_text(IN_KEYRING, "utf-8")
    unlock = "printf pw | gnome-keyring-daemon --unlock --foreground --components=secrets &"
    ends = "code=$?; kill $daemon; exit $code"
    shell = f"{unlock} daemon=$!; {sys.executable} {tmp_path}/script.py; {ends}"
    run = subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", shell],
        env={
            "PATH": os.environ["PATH"], "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path),
            "XDG_DATA_HOME": str(tmp_path), "PYTHONPATH": str(ROOT / "src"),
        },
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert "no such secret -> keyring set counterfoil op2" in run.stdout
    assert "SecretService" in run.stdout


def test_a_machine_without_a_keyring_says_so(tmp_path: Path) -> None:
    script = """
from counterfoil.adapters.secret_keyring import KeyringSecrets
from counterfoil.domain.secrets import Redactor
from counterfoil.errors import SetupError
try:
    KeyringSecrets("counterfoil", Redactor()).get("op1")
except SetupError as trouble:
    print(trouble)
"""
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True,
        env={
            "PYTHONPATH": str(ROOT / "src"), "HOME": str(tmp_path),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        },
    )  # fmt: skip
    assert "this machine has no keyring that a service can use" in run.stdout


@pytest.mark.parametrize("name", ["", "../x", "a/b"])
def test_a_name_of_the_keyring_is_a_name(name: str) -> None:
    with pytest.raises(SetupError, match="not the name"):
        KeyringSecrets("counterfoil", Redactor()).get(name)


def test_without_the_extra_it_says_what_to_install(
    tmp_path: Path, vault: FakeVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "hvac", None)
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(SetupError, match=r"pip install 'counterfoil\[vault\]'"):
        places(tmp_path, settings(vault))
    with pytest.raises(SetupError, match=r"pip install 'counterfoil\[keyring\]'"):
        KeyringSecrets("counterfoil", Redactor())
