"""config.toml is read strictly: a wrong key stops the start and names its remedy."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from counterfoil.config import find_suite
from counterfoil.errors import SetupError

ROOT = Path(__file__).parent.parent


def suite_with(folder: Path, text: str) -> Path:
    (folder / "config.toml").write_text(text, "utf-8")
    return folder


def test_our_own_config_is_right() -> None:
    config = find_suite(ROOT).config

    assert config.approval.limits["CZK"] == Decimal("250000.00")
    assert config.systems["corebank"].sessions_max == 2


def test_the_suite_is_found_from_a_folder_inside_it(tmp_path: Path) -> None:
    suite_with(tmp_path, 'schema = 1\n[site]\nname = "x"\n')
    (tmp_path / "a/b").mkdir(parents=True)

    assert find_suite(tmp_path / "a/b").root == tmp_path


def test_a_misspelt_key_is_refused_with_the_nearest_known_one(tmp_path: Path) -> None:
    suite_with(tmp_path, 'schema = 1\n[site]\nname = "x"\ncredentails = "c"\n')

    with pytest.raises(
        SetupError, match=r"config\.toml: site: unknown key 'credentails', did you mean 'cred"
    ):
        find_suite(tmp_path)


def test_an_amount_written_as_a_binary_fraction_is_refused(tmp_path: Path) -> None:
    suite_with(tmp_path, 'schema = 1\n[site]\nname = "x"\n[approval]\nlimits = { EUR = 0.1 }\n')

    with pytest.raises(SetupError, match=r"approval: limits: EUR: expected Decimal, found 0\.1"):
        find_suite(tmp_path)


def test_a_folder_for_an_unknown_system_is_refused(tmp_path: Path) -> None:
    suite_with(
        tmp_path,
        'schema = 1\n[site]\nname = "x"\n[folders.a]\npath = "in"\nsheet_map = "payments"\n'
        'system = "nowhere"\nmaker = "m"\n',
    )

    with pytest.raises(SetupError, match=r"folders: a: system 'nowhere' is not among"):
        find_suite(tmp_path)


def test_more_sessions_than_logins_are_refused(tmp_path: Path) -> None:
    suite_with(
        tmp_path,
        'schema = 1\n[site]\nname = "x"\n[systems.s]\nbase_url = "http://127.0.0.1:1"\n'
        'sessions_max = 2\nlogins = []\nbounds = { source = "none" }\n',
    )

    with pytest.raises(SetupError, match=r"systems: s: sessions_max = 2 needs as many logins"):
        find_suite(tmp_path)


def test_a_folder_without_config_says_where_it_looked(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"no config\.toml in .* or above it"):
        find_suite(tmp_path)


STATEMENTS = """schema = 1
[site]
name = "x"
[systems.s]
base_url = "http://127.0.0.1:1"
logins = []
bounds = { source = "none" }
[statements.a]
system = "s"
accounts = ["1", "2"]
formats = ["pdf"]
export = "out"
"""


def test_statements_have_their_defaults(tmp_path: Path) -> None:
    config = find_suite(suite_with(tmp_path, STATEMENTS)).config

    settings = config.statements["a"]
    assert (settings.lowest_grade, settings.days_back, settings.bytes_max) == ("A", 7, 25 * 2**20)


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ('system = "s"', 'system = "t"', r"statements: a: system 't' is not among \[systems"),
        ('formats = ["pdf"]', "formats = []", r"accounts and formats need one entry"),
        ('accounts = ["1", "2"]', 'accounts = ["1", "1"]', r"account '1' stands there twice"),
        (
            'export = "out"',
            'export = "out"\nlowest_grade = "D"',
            r"'D' is not one of 'A', 'B', 'C'",
        ),
        ('export = "out"', 'export = "out"\nlowest_grad = "A"', r"did you mean 'lowest_grade'"),
        (
            'export = "out"',
            'export = "out"\naliases = { x = "3" }',
            r"'3' is not among the accounts",
        ),
        (
            'export = "out"',
            'export = "out"\n[statements.b]\nsystem = "s"\naccounts = ["2"]\nformats = ["pdf"]\n'
            'export = "out"',
            r"statements: b: '2' stands in a too",
        ),
    ],
)
def test_statements_that_are_not_exactly_right_are_refused(
    tmp_path: Path, right: str, wrong: str, message: str
) -> None:
    assert right in STATEMENTS

    with pytest.raises(SetupError, match=message):
        find_suite(suite_with(tmp_path, STATEMENTS.replace(right, wrong)))


OPERATIONS = """schema = 1
[site]
name = "x"
[systems.s]
base_url = "http://127.0.0.1"
logins = [{ name = "OP1", values = {}, credential = "OP1" }]
bounds = { source = "a test" }
visits_per_minute = 60
circuit_opens_after = 5
[folders.a]
path = "in"
sheet_map = "payments"
system = "s"
maker = "m"
priority = "high"
deadline = "16:30"
zone = "Europe/Prague"
"""


def test_rates_circuits_priorities_and_deadlines_are_read(tmp_path: Path) -> None:
    config = find_suite(suite_with(tmp_path, OPERATIONS)).config

    assert config.systems["s"].visits_per_minute == 60
    assert config.systems["s"].circuit_opens_after == 5
    assert (config.folders["a"].priority, config.folders["a"].deadline) == ("high", "16:30")


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ('priority = "high"', 'priority = "hi"', r"'hi' is not one of 'high', 'normal', 'low'"),
        ('deadline = "16:30"', 'deadline = "4 pm"', r"deadline: '4 pm' is no time"),
        ('zone = "Europe/Prague"', "", r"zone is wanted: an IANA name"),
        ('zone = "Europe/Prague"', 'zone = "Prague"', r"zone: 'Prague' is no IANA time zone"),
        ("visits_per_minute = 60", "visits_per_minute = 0", r"must be at least 1"),
        ("circuit_opens_after = 5", "circuit_opens_after = 0", r"must be at least 1"),
    ],
)
def test_operations_that_are_not_exactly_right_are_refused(
    tmp_path: Path, right: str, wrong: str, message: str
) -> None:
    assert right in OPERATIONS

    with pytest.raises(SetupError, match=message):
        find_suite(suite_with(tmp_path, OPERATIONS.replace(right, wrong)))
