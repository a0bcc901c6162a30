"""House rules that a reviewer should not have to remember.

Each rule is one table; each failure names the file, the line and the rule.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

NOUNS = {"counterfoil.domain", "counterfoil.errors", "counterfoil.toml_records"}

#: Who may import whom, within the project. A room may always import itself.
MAY_IMPORT: dict[str, set[str]] = {
    "counterfoil.errors": {"counterfoil.domain.evidence"},  # what was on the screen, a bare noun
    "counterfoil.toml_records": {"counterfoil.errors"},
    "counterfoil.config": NOUNS,
    "counterfoil.domain": {"counterfoil.errors"},
    "counterfoil.rules": NOUNS,
    "counterfoil.statements": NOUNS | {"counterfoil.adapters"},
    "counterfoil.reconciliation_sides": NOUNS | {"counterfoil.adapters", "counterfoil.statements"},
    "counterfoil.boxed": NOUNS | {"counterfoil.adapters", "counterfoil.rules"},
    "counterfoil.adapters": NOUNS,
    "counterfoil.audit": NOUNS,
    "counterfoil.store": NOUNS | {"counterfoil.audit"},
    "counterfoil.engine": NOUNS | {"counterfoil.audit", "counterfoil.store", "counterfoil.config"},
    "counterfoil.site": NOUNS
    | {f"counterfoil.{each}" for each in ("adapters", "audit", "config", "rules", "store")},
    "counterfoil.cli": {"counterfoil", "bots", "workflows"},
    "counterfoil.console": {"counterfoil", "workflows"},
    "bots": NOUNS | {"counterfoil.adapters"},
    "workflows": {"counterfoil", "bots"},
    "fixtures": set(),
}
#: Where a wide permission above has an exception.
MAY_NOT_IMPORT: dict[str, set[str]] = {
    "workflows": {"counterfoil.cli", "counterfoil.console", "counterfoil.site"},
    "counterfoil.console": {"counterfoil.cli"},
}

#: The one room that may import each third-party package.
HOME_OF: dict[str, str | tuple[str, ...]] = {
    "PIL": "src/counterfoil/adapters/statement_pdf/",
    "alembic": "src/counterfoil/store/",
    "apprise": "src/counterfoil/adapters/alert_sender.py",
    "authlib": "src/counterfoil/adapters/oidc_",
    "argon2": "src/counterfoil/console/passwords.py",
    "apscheduler": "src/counterfoil/engine/scheduler.py",
    "bai2": "src/counterfoil/adapters/statement_formats/bai2_",
    "cryptography": ("src/counterfoil/audit/keys.py", "src/counterfoil/store/vault.py"),
    "dbos": "src/counterfoil/engine/durable.py",
    "defusedxml": (
        "src/counterfoil/adapters/sheets/",
        "src/counterfoil/adapters/statement_formats/xml_elements.py",
    ),
    "fastapi": "src/counterfoil/console/api.py",
    "filelock": "src/counterfoil/engine/",
    "hvac": "src/counterfoil/adapters/secret_vault.py",
    "keyring": "src/counterfoil/adapters/secret_keyring.py",
    "holidays": "src/counterfoil/adapters/calendars.py",
    "jinja2": "src/counterfoil/console/showing.py",
    "joserfc": "src/counterfoil/adapters/oidc_tokens.py",
    "loguru": "src/counterfoil/audit/log.py",
    "markupsafe": "src/counterfoil/console/showing.py",
    "mt940": "src/counterfoil/adapters/statement_formats/mt940",
    "numpy": "src/counterfoil/rules/reconciliation/",
    "openpyxl": ("src/counterfoil/adapters/sheets/", "fixtures/"),
    "pdfminer": "src/counterfoil/adapters/statement_pdf/",
    "pdfplumber": "src/counterfoil/adapters/statement_pdf/",
    "playwright": "src/counterfoil/adapters/screens/",
    "polars": (
        "src/counterfoil/rules/reconciliation/",
        "src/counterfoil/adapters/reconciliation_",
        "src/counterfoil/adapters/sheets/frame_cells.py",
    ),
    "prometheus_client": "src/counterfoil/console/metrics.py",
    "psutil": "src/counterfoil/engine/",
    "psycopg": "src/counterfoil/store/",
    "pydantic": "src/counterfoil/console/api.py",  # of fastapi
    "pyotp": "src/counterfoil/console/passwords.py",
    "pypdfium2": "src/counterfoil/adapters/statement_pdf/",
    "pypdfium2_raw": "src/counterfoil/adapters/statement_pdf/",  # half the start
    "python_calamine": "src/counterfoil/adapters/sheets/",
    "reportlab": "fixtures/",
    "requests": "src/counterfoil/adapters/oidc_wire.py",
    "rich": "src/counterfoil/cli/",
    "schwifty": "src/counterfoil/adapters/bank_codes.py",
    "segno": "src/counterfoil/console/passwords.py",
    "sqlalchemy": ("src/counterfoil/store/", "src/counterfoil/engine/durable.py"),
    "starlette": "src/counterfoil/console/",
    "typer": "src/counterfoil/cli/",
    "uvicorn": "src/counterfoil/console/serving.py",
    "watchfiles": "src/counterfoil/adapters/inbox.py",
}

LINES_PER_FUNCTION_MAX = 50
LINES_PER_FILE_MAX = 400
#: Better long than torn apart; each with its reason.
LONG_FILES = {
    "src/counterfoil/audit/verifier.py": "an auditor is handed one file",
    "src/counterfoil/engine/keying.py": "the protocol is judged by reading it in one piece",
}

#: Generated copies of a schema that once was: nobody reads them, nobody may change them.
FROZEN = "src/counterfoil/store/migrations/versions/"


def test_imports_point_one_way() -> None:
    wrong = [
        f"{path}: {importer} must not import {imported}"
        for path, tree in sources()
        if (importer := room_of(module_name(path))) is not None
        for imported in imports(tree)
        if (target := room_of(imported)) is not None and target != importer
        if not any(belongs(imported, to=allowed) for allowed in MAY_IMPORT[importer])
        or any(belongs(imported, to=banned) for banned in MAY_NOT_IMPORT.get(importer, ()))
    ]
    assert wrong == []


def test_workflows_and_bots_stand_alone() -> None:
    """Workflows never call each other: the next finds what the last one filed."""
    wrong = [
        f"{path}: imports {imported}"
        for path, tree in sources()
        if path.startswith(("workflows/", "bots/"))
        for imported in imports(tree)
        if belongs(imported, to="workflows")
    ]
    assert wrong == []


def test_each_third_party_package_has_one_home() -> None:
    wrong = [
        f"{path}: imports {package}, whose home is {home}"
        for path, tree in sources()
        for imported in imports(tree)
        for package, home in HOME_OF.items()
        if belongs(imported, to=package) and not path.startswith(home)
    ]
    assert wrong == []


def test_every_third_party_package_has_a_home() -> None:
    ours = {"counterfoil", "bots", "workflows", "fixtures"}
    wrong = [
        f"{path}: {imported} has no home in the table above"
        for path, tree in sources()
        for imported in imports(tree)
        if (top := imported.partition(".")[0]) not in sys.stdlib_module_names
        if top not in ours and top not in HOME_OF
    ]
    assert wrong == []


def test_nothing_is_too_long_to_read() -> None:
    wrong = [
        f"{path}:{node.lineno}: {node.name} has {lines} lines"
        for path, tree in sources()
        if not path.startswith(FROZEN)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (lines := (node.end_lineno or 0) - node.lineno + 1) > LINES_PER_FUNCTION_MAX
    ]
    wrong += [
        f"{path}: {lines} lines"
        for path, _ in sources()
        if path not in LONG_FILES and not path.startswith(FROZEN)
        if (lines := len((ROOT / path).read_text("utf-8").splitlines())) > LINES_PER_FILE_MAX
    ]
    assert wrong == []


def test_every_module_says_what_it_is_for() -> None:
    wrong = [path for path, tree in sources() if not ast.get_docstring(tree)]
    assert wrong == []


def test_selectors_holds_no_python() -> None:
    """A package called "selectors" would hide the standard module of that name,
    and with it break subprocess, asyncio and socketserver."""
    assert list((ROOT / "selectors").rglob("*.py")) == []


def test_money_is_never_a_float() -> None:
    wrong = [
        f"{path}:{node.lineno}: {ast.unparse(node)}"
        for path, tree in sources()
        if path.startswith(("src/counterfoil/domain", "src/counterfoil/rules"))
        for node in ast.walk(tree)
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Name) and node.id == "float")
    ]
    assert wrong == []


def test_nothing_is_left_to_do() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    wrong = [
        f"{path}:{number}"
        for path, _ in sources()
        for number, line in enumerate((ROOT / path).read_text("utf-8").splitlines(), 1)
        if marks.search(line)
    ]
    assert wrong == []


def test_no_file_names_a_package_registry() -> None:
    hosts = [
        "pypi" + ".org",
        "files.python" + "hosted.org",
        "npm" + "js.org",
        "deb.debian" + ".org",
    ]
    wrong = [
        f"{path}: {host}"
        for path in tracked()
        if (ROOT / path).suffix not in {".xlsx", ".png", ".jpg", ".pdf", ".gz"}
        for host in hosts
        if host in (ROOT / path).read_text("utf-8", errors="replace")
    ]
    assert wrong == []


def test_asvs_15_1_2_the_lock_has_hashes_and_no_index_lines() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    assert "--hash=sha256:" in lock
    assert [line for line in lock.splitlines() if line.startswith("-")] == []
    assert "://" not in lock


def test_the_checker_sees_a_wrong_import() -> None:
    """A rule that cannot fail is no rule."""
    tree = ast.parse("from counterfoil.store import ledger\nimport playwright.async_api")
    assert list(imports(tree)) == ["counterfoil.store.ledger", "playwright.async_api"]
    assert room_of("counterfoil.store.ledger") == "counterfoil.store"
    assert not belongs("counterfoil.storehouse", to="counterfoil.store")
    with pytest.raises(AssertionError):
        list(imports(ast.parse("from . import ledger")))


@cache
def sources() -> tuple[tuple[str, ast.Module], ...]:
    """Every module of the product: (path, syntax tree)."""
    return tuple(
        (path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8")))
        for folder in ("src/counterfoil", "bots", "workflows", "fixtures")
        for path in sorted((ROOT / folder).rglob("*.py"))
    )


def tracked() -> list[str]:
    git = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for path in git.stdout.splitlines() if (ROOT / path).is_file()]


def module_name(path: str) -> str:
    return path.removeprefix("src/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room_of(module: str) -> str | None:
    found = [room for room in MAY_IMPORT if belongs(module, to=room)]
    return max(found, key=len, default=None)


def belongs(module: str, *, to: str) -> bool:
    return module == to or module.startswith(f"{to}.")
