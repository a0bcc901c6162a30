"""A map that is not exactly right is refused, with the file, the key and the remedy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from counterfoil.adapters.map_schema import Action, Field, Says, ScreenMap
from counterfoil.adapters.maps import load_system
from counterfoil.adapters.screens.inventory import load_inventory
from counterfoil.adapters.screens.resolve import resolve, resolve_action
from counterfoil.errors import MapError

SELECTORS = Path(__file__).parent.parent / "selectors"


@pytest.fixture
def selectors(tmp_path: Path) -> Path:
    """A copy of the corebank maps, to be spoilt."""
    shutil.copytree(SELECTORS / "corebank", tmp_path / "corebank")
    return tmp_path


def spoil(selectors: Path, screen: str, right: str, wrong: str) -> None:
    path = selectors / "corebank" / f"{screen}.toml"
    text = path.read_text("utf-8")
    assert right in text
    path.write_text(text.replace(right, wrong, 1), "utf-8")


@pytest.mark.parametrize(
    "system", sorted(each.parent.name for each in SELECTORS.glob("*/system.toml"))
)
def test_every_shipped_map_fits(system: str) -> None:
    assert load_system(SELECTORS, system).map.tasks


def test_every_shipped_screen_is_found_again_in_its_own_inventory() -> None:
    """What the recorder saw resolves, field by field, without a browser; no screen is left out."""
    for folder in sorted(each.parent for each in SELECTORS.glob("*/system.toml")):
        system = load_system(SELECTORS, folder.name)
        for name, screen in system.screens.items():
            inventory = load_inventory(folder / f"{name}.inventory.json")
            assert inventory is not None, f"{folder.name}/{name} was never recorded"
            resolution = resolve(name, screen, inventory.controls, inventory)
            assert resolution.fields.keys() == screen.fields.keys()
            for action_name, action in screen.actions.items():
                if _is_a_fixed_button(action_name, screen, action):
                    resolve_action(name, action_name, action, inventory.controls)


def _is_a_fixed_button(name: str, screen: ScreenMap, action: Action) -> bool:
    """Not a link, which no inventory holds, and not there only sometimes."""
    is_next = screen.table is not None and screen.table.next == name
    return not is_next and not action.label_value


@pytest.mark.parametrize(
    ("screen", "right", "wrong", "message"),
    [
        (
            "payment_entry",
            'label = "Amount"',
            'lable = "Amount"',
            r"payment_entry\.toml: fields: amount: unknown key 'lable', did you mean 'label'\?",
        ),
        (
            "payment_entry",
            'name  = "F0041"',
            "",
            r"fields: amount: a field of the kind 'money' needs two witnesses",
        ),
        (
            "mandate_list",
            'key   = "mandate_ref"',
            'key   = "mandate"',
            r"mandate_list\.toml: table: key: there is no column 'mandate'",
        ),
        (
            "system",
            'list   = "mandate_list"',
            'list   = "payment_list"',
            r"lists: mandates: the table of 'payment_list' has no key",
        ),
        (
            "receipt_search",
            "optional  = true",
            "",
            r"lists: receipts: receipt_search: fields: receipt_no is neither constant nor optional",
        ),
        (
            "system",
            'list = "allocation_list", again = "search"',
            'list = "receipt_search"',
            r"tasks: allocation: the screen 'receipt_search' does not list bookings",
        ),
        (
            "payment_entry",
            'kind  = "money"',
            'kind  = "mony"',
            r"fields: amount: kind: 'mony' is not one of .*did you mean 'money'",
        ),
        (
            "payment_entry",
            'filled_by = "look_up_bank"',
            'filled_by = "lookup_bank"',
            r"creditor_bank: unknown action 'lookup_bank', did you mean 'look_up_bank'",
        ),
        (
            "payment_entry",
            'frame = "work"',
            'frame = "worc"',
            r"payment_entry\.toml: unknown frame 'worc', did you mean 'work'",
        ),
        (
            "payment_entry",
            'screen = "bank_directory"',
            'screen = "bank_direktory"',
            r"unknown screen 'bank_direktory', did you mean 'bank_directory'",
        ),
        (
            "payment_verify",
            r"REF (?P<bank_reference>\S+)",
            r"REF (?P<bank_ref>\S+)",
            r"receipts: the pattern needs the group 'bank_reference'",
        ),
        (
            "payment_verify",
            r"REF (?P<bank_reference>\S+)",
            r"REF (?P<bank_reference>\S+",
            r"answers: receipts\[1\]: pattern .* unterminated",
        ),
        (
            "payment_verify",
            "^Debtor account:\\t(?P<debtor_account>.*)$",
            "^Debtor account:\\t(?P<debtor>.*)$",
            r"shown: the pattern has no group 'debtor_account'",
        ),
        (
            "payment_verify",
            'shown   = { creditor_account = ["no-blanks", "upper"] }',
            'shown   = { creditor_account = ["no-blank"] }',
            r"'no-blank' is not one of upper, no-blanks, cut-N, last-N",
        ),
        (
            "statement_list",
            '[table.downloads."camt.053"]',
            '[table.downloads."camt.53"]',
            r"statement_list: downloads: unknown format 'camt.53', did you mean 'camt.05",
        ),
        (
            "statement_list",
            "[table.columns.month]",
            "[table.columns.monat]",
            r"table: columns: the period is missing",
        ),
        (
            "statement_list",
            "[table.columns.currency]",
            "[table.columns.curency]",
            r"columns: curency \(text\) is not one of account \(account\), number",
        ),
        (
            "system",
            'list   = "statement_list"',
            'list   = "payment_list"',
            r"statements: the table of 'payment_list' has no downloads",
        ),
        (
            "system",
            'list = "payment_list"',
            'list = "statement_list"',
            r"tasks: payment: the screen 'statement_list' does not list bookings",
        ),
        (
            "payment_verify",
            'effect = "commit"',
            'effect = "navigate"',
            r"tasks: payment: the last step, and no other, must have the effect 'commit'",
        ),
        (
            "payment_list",
            "page = 'Page (?P<page>\\d+) of (?P<pages>\\d+)'",
            "",
            r"a list needs a proof that it was read to its end",
        ),
        (
            "payment_list",
            "[table.columns.bank_reference]",
            "[table.columns.their_reference]",
            r"columns: 'bank_reference' is missing",
        ),
        (
            "system",
            'action = "book"',
            'action = "bok"',
            r"tasks: payment: unknown action 'bok', did you mean 'book'",
        ),
        ("system", 'decimal_mark = ","', "", r"system\.toml: locale: missing key 'decimal_mark'"),
    ],
)
def test_what_is_wrong_is_named(
    selectors: Path, screen: str, right: str, wrong: str, message: str
) -> None:
    spoil(selectors, screen, right, wrong)
    with pytest.raises(MapError, match=message):
        load_system(selectors, "corebank")


def test_money_typed_on_one_page_must_be_seen_on_the_committing_one(selectors: Path) -> None:
    path = selectors / "corebank" / "payment_verify.toml"
    lines = path.read_text("utf-8").splitlines()
    kept = [line for line in lines if "debtor_account" not in line or "creditor" in line]
    at = next(i for i, line in enumerate(kept) if line == "[[echoes]]" and not kept[i + 1])
    del kept[at]
    path.write_text("\n".join(kept), "utf-8")
    with pytest.raises(MapError, match="nothing on the committing screen shows 'debtor_account'"):
        load_system(selectors, "corebank")


def test_python_among_the_maps_is_refused(selectors: Path) -> None:
    (selectors / "corebank" / "__init__.py").write_text("", "utf-8")
    with pytest.raises(MapError, match="maps are data"):
        load_system(selectors, "corebank")


def test_a_missing_system_is_named(selectors: Path) -> None:
    with pytest.raises(MapError, match=r"otherbank/system\.toml: .*No such file"):
        load_system(selectors, "otherbank")


def test_an_inventory_that_is_no_inventory_is_refused(selectors: Path) -> None:
    path = selectors / "corebank" / "payment_entry.inventory.json"
    path.write_text('{"title": "x"}', "utf-8")
    with pytest.raises(MapError, match=r"payment_entry\.inventory\.json: missing key 'recorded'"):
        load_inventory(path)


def test_a_field_is_bound_to_one_thing() -> None:
    with pytest.raises(ValueError, match="exactly one of value and constant"):
        Field(kind="text", name="F1", value="amount", constant="5")
    with pytest.raises(ValueError, match="pattern"):
        Says(pattern="(")
