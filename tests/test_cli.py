"""The command line teaches itself, and its exit codes mean what they say."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from counterfoil.cli import main
from tests.cli_support import counterfoil as in_a_process

ROOT = Path(__file__).parent.parent
COMMANDS = (
    *("kpi", "demo", "up", "run", "batches", "items", "why", "approve", "release", "look-again"),
    *("booked", "cancel", "unfreeze", "verify", "enrol", "evidence", "check", "bank"),
    "statement",
    "control",
    *("intake", "scheduler", "schedule"),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def told(self) -> str:
        """All of it, whatever the width of the terminal."""
        return " ".join((self.out + self.err).split())


Run = Callable[..., Answer]


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """A suite of its own: our maps, an empty data folder, no credentials."""
    for name in ("bots", "workflows", "selectors", "fixtures"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "config.toml").write_bytes((ROOT / "config.toml").read_bytes())
    return tmp_path


@pytest.fixture
def counterfoil(
    suite: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Run:
    """The real ``main`` in this process, in the folder of *suite* unless told otherwise."""
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(sys, "path", list(sys.path))  # the command line adds to it

    def run(*words: str, at: Path = suite) -> Answer:
        monkeypatch.chdir(at)
        monkeypatch.setattr(sys, "argv", ["counterfoil", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Answer(int(ended.value.code or 0), said.out, said.err)

    return run


@pytest.fixture
def trusted(suite: Path) -> Path:
    """The suite with the credentials that config.toml names."""
    folder = suite / "var/credentials"
    folder.mkdir(parents=True)
    for name in ("corebank-OP1", "corebank-OP2"):
        (folder / name).touch(mode=0o600)
        (folder / name).write_text("x", "utf-8")
    return suite


def changed(suite: Path, old: str, new: str, file: str = "config.toml") -> None:
    path = suite / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


# Help, answers and exit codes


def test_help_names_every_command_and_what_the_exit_codes_mean(counterfoil: Run) -> None:
    answer = counterfoil("--help")

    assert answer.code == 0
    assert [each for each in COMMANDS if f" {each} " not in answer.told] == []
    for words in ("0 done", "1 the answer is no", "2 wrong use or wrong settings", "130 interrup"):
        assert words in answer.told


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_teaches_itself(counterfoil: Run, command: str) -> None:
    """What it does and what its words mean, and nothing that was taken for markup."""
    answer = counterfoil(command, "--help")

    assert answer.code == 0
    assert f"Usage: counterfoil {command}" in answer.told
    assert "Which of config.toml" not in answer.told
    assert "\b" not in answer.out


def test_outside_a_suite_the_error_says_where_it_looked(
    counterfoil: Run, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    answer = counterfoil("items", at=elsewhere)

    assert (answer.code, "no config.toml in" in answer.told) == (2, True)


def test_what_needs_no_settings_works_in_any_folder(tmp_path: Path) -> None:
    """Help, and a statement; what files or keys anything wants a suite of its own."""
    (tmp_path / "empty.pdf").write_bytes(b"%PDF-1.4")
    assert "Usage: counterfoil" in in_a_process("--help", at=tmp_path).stdout
    read = in_a_process("statement", "read", "--json", "empty.pdf", at=tmp_path)
    assert (read.returncode, json.loads(read.stdout)["status"]) == (1, "quarantined")
    for words in (["up"], ["statement", "list"], ["check"]):
        refused = in_a_process(*words, at=tmp_path)
        assert (refused.returncode, "no config.toml in" in refused.stderr) == (2, True), words
    assert [each.name for each in tmp_path.iterdir()] == ["empty.pdf"]


def test_a_config_without_its_workflows_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes((ROOT / "config.toml").read_bytes())
    done = in_a_process("up", at=tmp_path)

    assert done.returncode == 2
    assert "no workflows/" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


SAID = [
    (1, "approve B-NOWHERE --as petra.novakova", "there is no batch B-NOWHERE"),
    (1, "items B-NOWHERE", "there is no batch B-NOWHERE"),
    (1, "why B-1-0001", "there is no step of B-1-0001"),
    (1, "release B-1-0001 --as x --reason y", "there is no item B-1-0001"),
    (1, "unfreeze core --as x --reason y", "config.toml has no [systems.core]"),
    (1, "evidence B-1-0001", "there is no step of B-1-0001"),
    (1, "enrol mine --as x --reason y", "'mine' is not a key of 64"),
    (1, "verify", "there is no log, so nothing was verified"),
    (2, "verify nowhere", "nowhere is not a folder"),
    (2, "run nowhere.xlsx", "there is no file nowhere.xlsx"),
    (2, "run --folder paiments", "did you mean 'payments'?"),
    (2, "items --state POSTD", "'POSTD' is no state; known: NEW"),
    (2, "evidnce", "No such command 'evidnce'. Did you mean 'evidence'?"),
    (2, "bank --port 0 --skin 5", "did not start"),
    (0, "batches", "no batch yet: drop a workbook"),
    (0, "items", "no such item: counterfoil batches"),
]


@pytest.mark.parametrize(("code", "line", "said"), SAID, ids=[line for _, line, _ in SAID])
def test_every_answer_is_one_sentence_and_its_exit_code(
    counterfoil: Run, code: int, line: str, said: str
) -> None:
    answer = counterfoil(*line.split())

    assert (answer.code, said in answer.told) == (code, True), answer.told
    assert "Traceback" not in answer.told


@pytest.mark.parametrize(("command", "code"), [("batches", 2), ("check", 1)])
def test_a_ledger_that_does_not_answer_is_told_without_its_password(
    counterfoil: Run, suite: Path, command: str, code: int
) -> None:
    changed(suite, 'url = ""', 'url = "postgresql+psycopg://bot:hunter22@127.0.0.1:9/ledger"')
    answer = counterfoil(command)

    assert (answer.code, "127.0.0.1:9/ledger does not answer" in answer.told) == (code, True)
    assert "hunter22" not in answer.told


def test_ctrl_c_is_the_good_end_of_the_bank_and_of_a_working_suite(
    counterfoil: Run, trusted: Path
) -> None:
    for command in (("bank", "--port", "0"), ("up",)):
        process = subprocess.Popen(
            [sys.executable, "-c", "from counterfoil.cli import main; main()", *command],
            cwd=trusted,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout is not None
            while "Ctrl-C" not in (line := process.stdout.readline()):
                assert line, "it ended by itself"
            if command == ("up",):
                looks = (counterfoil("status").told for _ in range(500))
                assert any("no worker is at work" not in told for told in looks)
                busy = counterfoil("run")
                assert (busy.code, "another worker works on" in busy.told) == (2, True)
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=60)
            assert process.returncode == 0, said
        finally:
            process.kill()


def test_a_statement_is_read_without_loading_what_the_other_commands_need(tmp_path: Path) -> None:
    """Browser, database and tables for people take longer to load than it takes to read."""
    (tmp_path / "empty.pdf").write_bytes(b"%PDF-1.4")
    dear = ("playwright", "sqlalchemy", "dbos", "openpyxl", "rich", "pydantic")
    program = (
        "import sys\nfrom counterfoil.cli import main\n"
        "try: main()\n"
        f"finally: sys.stderr.write(str([each for each in {dear} if each in sys.modules]))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program, "statement", "read", "--json", tmp_path / "empty.pdf"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (answer.returncode, json.loads(answer.stdout)["status"]) == (1, "quarantined")
    assert answer.stderr == "[]"


def test_python_without_assertions_is_refused() -> None:
    answer = subprocess.run(
        [sys.executable, "-O", "-c", "from counterfoil.cli import main; main()", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert answer.returncode == 1
    assert "assertions must stay on" in answer.stderr


# check


def test_check_names_what_is_missing_and_how_to_mend_it(counterfoil: Run) -> None:
    answer = counterfoil("check")

    assert answer.code == 1
    assert "no such secret install -m 600 /dev/stdin" in answer.told
    for looked_at in ("browser", "maps of corebank", "ledger", "witness", "data folder", "disk"):
        assert looked_at in answer.told


def test_check_is_content_with_a_right_suite(counterfoil: Run, trusted: Path) -> None:
    answer = counterfoil("check")

    assert answer.code == 0, answer.told
    assert "17 screens, tasks allocation, journal_voucher, payment" in answer.told
    assert not (trusted / "var/ledger.sqlite").exists()  # it changes nothing
    assert not (trusted / "var/witness").exists()


def credential_for_all(suite: Path, run: Run) -> None:
    (suite / "var/credentials/corebank-OP1").chmod(0o644)


def empty_credential(suite: Path, run: Run) -> None:
    (suite / "var/credentials/corebank-OP1").write_text("", "utf-8")


def keys_for_all(suite: Path, run: Run) -> None:
    run("release", "B-1-0001", "--as", "x", "--reason", "y")  # makes them
    (suite / "var/keys/vault.key").chmod(0o640)


def clock_behind(suite: Path, run: Run) -> None:
    """The ledger was changed tomorrow."""
    run("batches")
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%d %H:%M:%S.000000")
    with closing(sqlite3.connect(suite / "var/ledger.sqlite")) as ledger, ledger:
        row = ("s", 1, "h", "k", tomorrow, "t")
        ledger.execute(
            "INSERT INTO steps (stream, seq, hash, kind, at, told) VALUES (?, ?, ?, ?, ?, ?)", row
        )


def newer_ledger(suite: Path, run: Run) -> None:
    run("batches")
    with closing(sqlite3.connect(suite / "var/ledger.sqlite")) as ledger, ledger:
        ledger.execute("UPDATE alembic_version SET version_num = '9999'")


def killed_worker(suite: Path, run: Run) -> None:
    """Nothing was heard of it for five minutes."""
    folder = suite / "var/witness"
    folder.mkdir(parents=True)
    ago = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
    kept = {"stream": "h/worker/1", "size": 5, "root": "00" * 32, "head": "00" * 32}
    text = json.dumps({**kept, "seen_at": ago, "ended": False})
    (folder / "h~worker~1.json").write_text(text, "ascii")


def in_config(old: str, new: str) -> Callable[[Path, Run], None]:
    return lambda suite, run: changed(suite, old, new)


def in_maps(file: str, old: str, new: str) -> Callable[[Path, Run], None]:
    def spoil(suite: Path, run: Run) -> None:
        (suite / "selectors").unlink()
        shutil.copytree(ROOT / "selectors", suite / "selectors")
        changed(suite, old, new, f"selectors/{file}")

    return spoil


WRONG: dict[str, Callable[[Path, Run], None]] = {
    "others may read it (mode 644) chmod 600": credential_for_all,
    "is empty put the secret there": empty_credential,
    "vault.key can be read by others chmod go=": keys_for_all,
    "and the ledger was changed at": clock_behind,
    "the ledger is at revision 9999": newer_ledger,
    "nothing was heard for three minutes of h/worker/1": killed_worker,
    "the sign-on types 'branch', the login has no such value": in_config(
        ', branch = "0300" }', " }"
    ),
    "origins: http://bank.example is none": in_config("127.0.0.1:8642", "bank.example"),
    "nobody but the maker of folder payments may approve": in_config(
        '"petra.novakova", "jan.dvorak"', '"analysts"'
    ),
    "/bin/false does not start": in_config("headless = true", 'executable = "/bin/false"'),
    "unknown key 'lable', did you mean 'label'?": in_maps(
        "corebank/payment_entry.toml", 'label = "Amount"', 'lable = "Amount"'
    ),
    "'camt.054' is not offered; known: pdf": in_config('["camt.053"]', '["camt.054"]'),
    "vouchers makes a journal_voucher, corebank has no such task": in_maps(
        "corebank/system.toml", "[tasks.journal_voucher]", "[tasks.voucher]"
    ),
}


@pytest.mark.parametrize("said", WRONG)
def test_check_finds_what_is_wrong_and_says_the_remedy(
    counterfoil: Run, trusted: Path, said: str
) -> None:
    WRONG[said](trusted, counterfoil)
    answer = counterfoil("check")

    assert (answer.code, said in answer.told) == (1, True), answer.told
    assert "need a hand" in answer.told


def test_the_statement_commands_teach_themselves(counterfoil: Run) -> None:
    answer = counterfoil("statement", "--help")

    assert answer.code == 0
    for verb in ("read", "teach", "fetch", "list", "exceptions", "why", "save", "requeue"):
        assert verb in answer.out


def test_an_empty_suite_has_no_statements(counterfoil: Run) -> None:
    assert "0 statements" in counterfoil("statement", "list").told
    assert "0 exceptions" in counterfoil("statement", "exceptions").told


@pytest.mark.parametrize("verb", ["requeue", "set-aside", "accept"])
def test_an_unknown_fetched_file_is_refused_in_one_sentence(counterfoil: Run, verb: str) -> None:
    words = ("statement", verb, "A-NOWHERE", "--as", "petra.novakova", "--reason", "x")
    answer = counterfoil(*words)

    assert answer.code == 1
    assert "there is no fetched statement A-NOWHERE" in answer.told
