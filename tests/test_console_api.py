"""What programs read: with a token of their scope, nothing that is sealed, and no more."""

from __future__ import annotations

import csv
import io
import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import pytest

from counterfoil.audit.tree import is_included, leaf_hash
from counterfoil.site.proof import verify_suite
from counterfoil.store.deciding import Word
from counterfoil.store.searching import StepQuery
from tests.bank_support import ROOT
from tests.console_support import Client, Rig, a_console, a_suite, fill
from tests.engine_support import CREDITOR, DEBTOR

ODD = ("", "-1", "99999999999999999999", "x" * 5_000, "%00", "' or 1=1--", "\u202e", "null", "[]")


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with a_console(tmp_path_factory.mktemp("api") / "suite") as made:
        fill(made)
        yield made


@pytest.fixture(scope="module")
def bearer(rig: Rig) -> dict[str, str]:
    return {"Authorization": f"Bearer {rig.token('read')}"}


def test_every_path_wants_a_token_to_read(rig: Rig, bearer: dict[str, str]) -> None:
    schema = json.loads(Client(rig.url).get("/api/v1/openapi.json").text)
    metrics = {"Authorization": f"Bearer {rig.token('metrics')}"}
    for pattern, methods in schema["paths"].items():
        assert set(methods) == {"get"}
        path = f"/api/v1{_filled(rig, pattern)}"
        for headers in ({}, {"Authorization": "Bearer x"}, metrics):
            assert Client(rig.url).get(path, **headers).status == 401, path
        assert rig.client("ada").get(path).status == 401  # a person's cookie is no token
        assert Client(rig.url).get(path, **bearer).status == 200, path
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            assert Client(rig.url).ask(method, path, "", bearer).status == 405


def _filled(rig: Rig, pattern: str) -> str:
    names = {"batch_id": rig.names["batch"], "item_id": rig.names["item"], "name": "often"}
    return re.sub(r"{(\w+)}", lambda name: names[name[1]], pattern)


def test_answers_are_what_the_schema_says_and_hold_no_account(
    rig: Rig, bearer: dict[str, str]
) -> None:
    schema = json.loads(Client(rig.url).get("/api/v1/openapi.json").text)
    for pattern, methods in schema["paths"].items():
        text = Client(rig.url).get(f"/api/v1{_filled(rig, pattern)}", **bearer).text
        assert DEBTOR not in text
        assert CREDITOR not in text
        assert "payload" not in text
        said = methods["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        record = (said.get("items") or said)["$ref"].rpartition("/")[2]
        answer = json.loads(text)
        for each in answer if isinstance(answer, list) else [answer]:
            assert set(each) == set(schema["components"]["schemas"][record]["properties"])


def test_asvs_2_2_2_odd_values_are_refused_and_never_a_defect(
    rig: Rig, bearer: dict[str, str]
) -> None:
    for pattern in ("/items", "/batches", "/steps", "/statements"):
        for name in ("limit", "skip", "state", "text", "kind", "batch_id"):
            for value in ODD:
                path = f"/api/v1{pattern}?{name}={quote(value)}"
                assert Client(rig.url).get(path, **bearer).status in (200, 422), path
    for value in ("0.0", "+1", "1_0", " 1", "\u0661"):
        path = f"/api/v1/steps?skip={quote(value)}"
        assert Client(rig.url).get(path, **bearer).status == 422, path
    for value in (*ODD[1:], "\n", "a\nb"):
        path = f"/api/v1/items/{quote(value, safe='')}"
        answer = Client(rig.url).get(path, **bearer)
        assert answer.status in (404, 422), path
        assert set(json.loads(answer.text)) == {"detail"}, path


def test_asvs_2_2_2_the_api_is_what_its_own_document_says(rig: Rig, tmp_path: Path) -> None:
    """A slice: schemathesis makes questions, right and wrong ones, from the document alone."""
    assert ask_all(rig, tmp_path, "--phases", "fuzzing,stateful", "-n", "8") >= 100


@pytest.mark.battery
def test_the_api_is_what_its_own_document_says_in_thousands_of_questions(
    rig: Rig, tmp_path: Path
) -> None:
    assert ask_all(rig, tmp_path, "-n", "250") >= 2_000


def ask_all(rig: Rig, folder: Path, *how: str) -> int:
    """Hold the served API to its OpenAPI document by every check there is; how many questions."""
    st = [str(Path(sys.executable).with_name("st")), "run", f"{rig.url}/api/v1/openapi.json"]
    bearer = ["-H", f"Authorization: Bearer {rig.token('read')}"]
    bounds = ["--checks", "all", "--continue-on-failure", "--seed", "1", "--no-color"]
    bounds += ["--generation-database", "none", "--request-timeout", "30"]
    told = subprocess.run(
        [*st, *bearer, *bounds, *how], cwd=folder, capture_output=True, text=True, timeout=1_800
    )
    counted = re.search(r"([\d,]+) generated, ([\d,]+) passed", told.stdout)
    assert told.returncode == 0, told.stdout + told.stderr
    assert counted is not None, told.stdout
    assert counted[1] == counted[2]
    return int(counted[1].replace(",", ""))


def test_a_token_that_was_taken_back_reads_nothing(rig: Rig) -> None:
    admin = rig.client("ada")
    text = admin.post("/people/tokens", {"name": "grafana", "scope": "read", "days": "1"}).text
    made = re.search(r'id="made">([\w-]{43})<', text)
    assert made is not None
    headers = {"Authorization": f"Bearer {made[1]}"}
    assert Client(rig.url).get("/api/v1/items", **headers).status == 200
    told = rig.records("api_read")[-1]
    assert told["actor"]["on_behalf"] == "token grafana"
    which = re.findall(r'name="which" value="([0-9a-f]{16})"', text)
    for each in which:
        admin.post("/people/tokens/end", {"which": each})
    assert Client(rig.url).get("/api/v1/items", **headers).status == 401


def test_metrics_count_and_name_nobody(rig: Rig) -> None:
    headers = {"Authorization": f"Bearer {rig.token('metrics')}"}
    assert Client(rig.url).get("/metrics").status == 401
    text = Client(rig.url).get("/metrics", **headers).text
    counts = rig.site.ledger.counts()
    for state, count in counts.items():
        assert f'counterfoil_items{{state="{state}"}} {float(count)}' in text
    assert 'counterfoil_system_frozen{system="core"} 0.0' in text
    assert "counterfoil_console_csp_reports 0.0" in text
    assert "Novak" not in text


@pytest.mark.parametrize("word", ["console", pytest.param("up", marks=pytest.mark.browser)])
def test_the_command_serves_until_it_is_told_to_stop(tmp_path: Path, word: str) -> None:
    suite = a_suite(tmp_path / "suite")
    for name in ("bots", "workflows"):
        (suite.root / name).symlink_to(ROOT / name)
    if word == "up":  # it works on nothing here
        config = 'schema = 1\n[site]\nname = "idle"\n[console]\nport = 0\n'
        (suite.root / "config.toml").write_text(config, "utf-8")
    command = [sys.executable, "-c", "from counterfoil.cli import main; main()", word]
    with subprocess.Popen(command, cwd=suite.root, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        url = None
        for line in running.stdout:
            if url := re.search(r"http://127\.0\.0\.1:\d+", line):
                break
        assert url is not None
        for _ in range(200):
            try:
                status = Client(url[0]).get("/health").status
            except ConnectionRefusedError:
                time.sleep(0.05)
            else:
                break
        running.send_signal(signal.SIGTERM)
        assert running.wait(60) == 0
    assert status == 200
    with pytest.raises(ConnectionRefusedError):
        Client(url[0]).get("/health")
    sealed = verify_suite(suite)
    assert sealed.ok, sealed.sentences


def test_health_says_ok_and_nothing_else(rig: Rig) -> None:
    answer = Client(rig.url).get("/health")
    assert (answer.status, answer.text) == (200, "ok\n")


def test_what_a_search_finds_is_exported_under_its_own_hash(rig: Rig) -> None:
    client = rig.client("iris")
    lines = client.get("/audit/export?kind=item_posted&as=jsonl")
    table = client.get("/audit/export?as=csv")
    for answer, kind in ((lines, "jsonl"), (table, "csv")):
        name = f"changes-{sha256(answer.body).hexdigest()}.{kind}"
        assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
        assert rig.records("audit_exported")[-1]["actor"]["on_behalf"] == "iris"
    told = [each["data"]["sha256"] for each in rig.records("audit_exported")]
    assert told == [sha256(each.body).hexdigest() for each in (lines, table)]
    records = [json.loads(line) for line in lines.text.splitlines()]
    assert {each["kind"] for each in records} == {"item_posted"}
    cells = list(csv.reader(io.StringIO(table.text)))
    assert len(cells) == len(rig.served.desk.looking.steps(StepQuery(), limit=10_000)) + 1


def test_asvs_1_2_10_nothing_that_is_exported_is_a_formula(rig: Rig) -> None:
    evil = ("=1+1", "+1", "-1", "@SUM(A1)", "\tx", '=HYPERLINK("http://127.0.0.1")')
    for reason in evil:
        rig.site.ledger.freeze_by_hand("elsewhere", Word(person="Eva", reason=f"x{reason}"))
        rig.site.ledger.unfreeze("elsewhere", Word(person="Eva", reason=reason))
    text = rig.client("iris").get("/audit/export?as=csv&kind=system_unfrozen").text
    rows = list(csv.reader(io.StringIO(text)))[1:]
    assert {row[2] for row in rows} >= {f"'{each}" for each in evil if each.strip() == each}
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t"))]


def test_one_record_is_proved_without_showing_another(rig: Rig) -> None:
    client, stream = rig.client("iris"), rig.site.audit.stream
    made = json.loads(client.get(f"/audit/record/{stream}/7/proof").text)
    proof = [bytes.fromhex(each) for each in made["proof"]]
    leaf = leaf_hash(made["line"].encode())
    assert json.loads(made["line"])["seq"] == 7
    assert is_included(leaf, 6, made["size"], proof, bytes.fromhex(made["root"]))
    assert not is_included(leaf, 5, made["size"], proof, bytes.fromhex(made["root"]))
    assert client.get(f"/audit/record/{stream}/999999/proof").status == 404
    assert client.get("/audit/record/../../x/1/proof").status == 404
