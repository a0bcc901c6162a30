"""A value goes into the box that every witness points at, or nowhere.

The six traps stand in the history of real accounting systems; each one leads a matcher
that goes by name, by caption or by position alone into the wrong box.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from counterfoil.adapters.map_schema import Action, Field, Lines, ScreenMap
from counterfoil.adapters.maps import load_system
from counterfoil.adapters.screens import Chromium
from counterfoil.adapters.screens.inventory import Control, Inventory, Sight, load_inventory
from counterfoil.adapters.screens.resolve import resolve, resolve_action
from counterfoil.adapters.screens.scripts import LOOK
from counterfoil.adapters.screens.session import sight_of
from counterfoil.errors import Unavailable

pytestmark = pytest.mark.browser
SELECTORS = Path(__file__).parent.parent / "selectors"
See = Callable[[str], Sight]


@pytest.fixture(scope="module")
def see(browser_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[See]:
    """What a real Chromium makes of a page, looked at once."""
    loop = asyncio.new_event_loop()
    chromium = Chromium(browser_path, hosts=[], downloads=tmp_path_factory.mktemp("downloads"))
    context = loop.run_until_complete(chromium.context())
    page = loop.run_until_complete(context.new_page())

    def look(body: str) -> Sight:
        async def work() -> Any:
            await page.set_content(f"<html><head><title>T</title></head><body>{body}</body></html>")
            return await page.main_frame.evaluate(LOOK, {"text": True, "tables": True})

        return sight_of(loop.run_until_complete(work()))

    yield look
    loop.run_until_complete(chromium.stop())
    loop.close()


def text(name: str = "", label: str = "", *path: str, **other: Any) -> Field:
    return Field(
        value="v", kind=other.pop("kind", "text"), name=name, label=label, path=path, **other
    )


def box(sight: Sight, inventory: Inventory | None = None, **field: Field) -> str:
    """The name of the box that the one field resolves to."""
    screen = ScreenMap(title="T", fields=field)
    (found,) = resolve("s", screen, sight.controls, inventory, "text").fields.values()
    return found.control.name


# --- the six traps ---------------------------------------------------------------------

DUE = """<table><tr><th>Due Date</th><td>From</td><td><input name=duefrom></td>
         <td>To</td><td><input name=dueto></td></tr></table>"""
TWIN = DUE.replace(
    "<table>",
    """<table><tr><th>Invoice Date</th><td>From</td><td><input name=invfrom></td>
       <td>To</td><td><input name=invto></td></tr>""",
)


def test_trap_1_an_inserted_twin_row_is_told_apart_by_its_row_head(see: See) -> None:
    field = text("", "From", "Due Date")
    assert box(see(DUE), f=field) == "duefrom"
    assert box(see(TWIN), f=field) == "duefrom"
    with pytest.raises(Unavailable, match="is not there"):
        box(see(TWIN), f=text("", "From"))


def test_trap_2_a_caption_that_moves_to_another_block_is_not_followed(see: See) -> None:
    """The lines' "Memo" became "Description"; the payments' block has a "Memo" of its own."""
    old = """<table><tr><td colspan=2>LINES</td></tr><tr><td>Memo</td><td><input name=m1></td></tr>
             <tr><td colspan=2>PAYMENTS</td></tr><tr><td>Memo</td><td><input name=m2></td></tr>
             </table>"""
    new = old.replace("Memo", "Description", 1)
    field = text("", "Memo", "LINES")
    assert box(see(old), f=field) == "m1"
    with pytest.raises(Unavailable, match=r"label 'Memo' < 'LINES' is not there"):
        box(see(new), f=field)


def test_trap_3_captions_swapped_on_fixed_names_are_a_conflict(see: See) -> None:
    old = """<table><tr><td>Amount</td><td><input name=col_amount></td></tr>
             <tr><td>Total</td><td><input name=col_net></td></tr></table>"""
    new = old.replace("Amount", "?").replace("Total", "Amount").replace("?", "Total")
    field = text("col_amount", "Amount", kind="money")
    assert box(see(old), f=field) == "col_amount"
    with pytest.raises(Unavailable, match=r"conflict: name 'col_amount' is at 'Total'"):
        box(see(new), f=field)


def test_trap_4_a_counter_in_a_name_is_no_identity(see: See) -> None:
    old = """<table><tr><td>item 2</td><td><input name=unit_11></td></tr></table>"""
    new = """<table><tr><td>item 1</td><td><input name=unit_11></td></tr>
             <tr><td>item 2</td><td><input name=unit_12></td></tr></table>"""
    field = text("unit_11", "item 2")
    assert box(see(old), f=field) == "unit_11"
    with pytest.raises(Unavailable, match="conflict"):
        box(see(new), f=field)


def test_trap_5_the_same_caption_on_another_kind_of_box_stops(see: See) -> None:
    old = "<table><tr><td>Description</td><td><input name=d></td></tr></table>"
    recorded = Inventory.of(see(old), "2026-11-24")
    new = see(
        "<table><tr><td>Description</td><td><textarea name=d></textarea></td></tr>"
        "<tr><td colspan=2>Reference Documents</td></tr>"
        "<tr><td>Description</td><td><input name=doc></td></tr></table>"
    )
    with pytest.raises(Unavailable, match="it was a text and is a textarea"):
        box(new, recorded, f=text("d", "Description"))


def test_trap_6_a_section_row_tells_two_pairs_apart(see: See) -> None:
    page = """<table><tr><td>Period</td></tr>
        <tr><td>From</td><td><input name=f1></td></tr>
        <tr><td>Compare to</td></tr>
        <tr><td>From</td><td><input name=f2></td></tr></table>"""
    assert box(see(page), f=text("", "From", "Period")) == "f1"
    assert box(see(page), f=text("", "From", "Compare to")) == "f2"


# --- the rules -------------------------------------------------------------------------

FORM = """<form><table><tr><td>Name*:</td><td><input name=F1 id=ctl00_x_1></td></tr>
    <tr><td>Account</td><td><input name=F2></td></tr>
    <tr><td>Currency</td><td><select name=F3><option>CZK<option>EUR</select></td></tr></table>
    <input type=submit name=PF8 value=Book></form>"""


def test_a_name_that_is_gone_is_healed_for_text_and_never_for_accounts(see: See) -> None:
    recorded = Inventory.of(see(FORM), "2026-11-24")
    renamed = see(FORM.replace("F1", "G1").replace("F2", "G2"))
    assert box(renamed, recorded, f=text("F1", "Name")) == "G1"
    with pytest.raises(Unavailable, match="name 'F2' is not there"):
        box(renamed, recorded, f=text("F2", "Account", kind="account"))


def test_nothing_is_healed_where_the_map_says_never(see: See) -> None:
    recorded = Inventory.of(see(FORM), "2026-11-24")
    screen = ScreenMap(title="T", fields={"f": text("F1", "Name")})
    renamed = see(FORM.replace("F1", "G1"))
    with pytest.raises(Unavailable, match="name 'F1' is not there"):
        resolve("s", screen, renamed.controls, recorded, "never")


def test_nothing_is_healed_onto_a_name_that_was_another_field(see: See) -> None:
    recorded = Inventory.of(see(FORM), "2026-11-24")
    moved = see(FORM.replace("name=F2", "name=F9").replace("name=F1", "name=F2"))
    with pytest.raises(Unavailable, match="name 'F1' is not there"):
        box(moved, recorded, f=text("F1", "Name"))


def test_a_generated_id_is_no_witness(see: See) -> None:
    assert see(FORM).fingerprint() == see(FORM.replace("ctl00_x_1", "ctl00_x_4711")).fingerprint()


@pytest.mark.parametrize(
    ("page", "message"),
    [
        (FORM.replace("F1", "F2"), "name 'F2' is met 2 times"),
        (FORM.replace("Name*:", "Account"), "label 'Account' is met 2 times"),
        (FORM.replace("name=F2", "name=F2 readonly"), "read-only"),
        (FORM.replace("name=F2", "type=checkbox name=F2"), "it is a checkbox, not a account"),
        (FORM.replace("name=F2", "name=F2 style=display:none"), "is not there"),
    ],
)
def test_a_box_that_is_not_certain_stops(see: See, page: str, message: str) -> None:
    with pytest.raises(Unavailable, match=message):
        box(see(page), f=text("F2", "Account", kind="account"))


def test_all_troubles_of_a_screen_are_named_at_once(see: See) -> None:
    screen = ScreenMap(title="T", fields={"a": text("X1"), "b": text("", "Nope", "There")})
    with pytest.raises(Unavailable, match=r"s: a: name 'X1' .*; b: label 'Nope' < 'There'"):
        resolve("s", screen, see(FORM).controls)


def test_two_fields_never_share_a_box(see: See) -> None:
    screen = ScreenMap(title="T", fields={"a": text("F1"), "b": text("", "Name")})
    with pytest.raises(Unavailable, match="its box is another field's too"):
        resolve("s", screen, see(FORM).controls)


def test_an_option_that_is_gone_stops(see: See) -> None:
    field = text("F3", "Currency", kind="select", options={"USD": "USD"})
    with pytest.raises(Unavailable, match="the option 'USD' is not offered"):
        box(see(FORM), f=field)


def test_a_page_whose_scripts_spoil_json_is_seen_all_the_same(see: See) -> None:
    """Prototype 1.6 and its like give every array a toJSON that makes a string of it."""
    spoilt = "<script>Array.prototype.toJSON = function () { return 'spoilt'; };</script>"

    assert see(spoilt + DUE).controls == see(DUE).controls


def test_an_action_must_be_there_exactly_once(see: See) -> None:
    book = Action(effect="commit", name="PF8", label="Book")
    assert resolve_action("s", "book", book, see(FORM).controls).name == "PF8"
    for page in (FORM + FORM, FORM.replace("Book", "Delete"), FORM.replace("PF8", "PF9")):
        with pytest.raises(Unavailable, match="action book"):
            resolve_action("s", "book", book, see(page).controls)
    greyed = see(FORM.replace("value=Book", "value=Book disabled"))
    with pytest.raises(Unavailable, match="greyed out"):
        resolve_action("s", "book", book, greyed.controls)


# --- repeated lines --------------------------------------------------------------------


def grid(*rows: str) -> str:
    heads = "<tr><th>No</th><th>Account</th><th>Debit</th></tr>"
    lines = "".join(
        f"<tr><td>{at}</td><td><input name=A{row}></td><td><input name=D{row}></td></tr>"
        for at, row in enumerate(rows, 1)
    )
    return f"<table>{heads}{lines}</table>"


LINES = Lines(
    fields={
        "account": Field(value="account", kind="account", name="A{row:02}", label="Account"),
        "debit": Field(value="debit", kind="money", name="D{row:02}", label="Debit", optional=True),
    }
)


def rows_of(sight: Sight) -> list[list[str]]:
    screen = ScreenMap(title="T", lines=LINES)
    found = resolve("s", screen, sight.controls).rows
    return [[each.control.name for each in row.values()] for row in found]


def test_the_rows_of_a_grid_are_found_by_name_column_and_place(see: See) -> None:
    assert rows_of(see(grid("01", "02", "03"))) == [["A01", "D01"], ["A02", "D02"], ["A03", "D03"]]


@pytest.mark.parametrize("page", [grid("02", "01"), grid("01", "02").replace("Debit", "Credit")])
def test_rows_out_of_order_or_another_column_stop(see: See, page: str) -> None:
    with pytest.raises(Unavailable, match="line 1"):
        rows_of(see(page))


# --- mutants ---------------------------------------------------------------------------


def mutants(controls: tuple[Control, ...]) -> Iterator[tuple[Control, ...]]:
    """Every exchange of one witness between two boxes of a screen, and every loss of one."""
    for one in range(len(controls)):
        for change in ({"name": ""}, {"label": ""}, {"path": ("ELSEWHERE",)}, {"kind": "file"}):
            yield (*controls[:one], replace(controls[one], **change), *controls[one + 1 :])
        for other in range(one):
            for witness in ("name", "label", "path"):
                swapped = list(controls)
                a, b = swapped[one], swapped[other]
                swapped[one] = replace(a, **{witness: getattr(b, witness)})
                swapped[other] = replace(b, **{witness: getattr(a, witness)})
                yield tuple(swapped)


def test_no_mutant_of_the_payment_screen_gets_a_value_into_the_wrong_box() -> None:
    """The truth is the box itself, by its place; each answer is it, or a stop."""
    system = load_system(SELECTORS, "corebank")
    inventory = load_inventory(SELECTORS / "corebank" / "payment_entry.inventory.json")
    assert inventory is not None
    screen = system.screens["payment_entry"]
    whole = resolve("s", screen, inventory.controls, inventory, "text").fields
    truth = {name: found.control.index for name, found in whole.items()}
    stopped = 0
    for controls in mutants(inventory.controls):
        try:
            found = resolve("s", screen, controls, inventory, "text").fields
        except Unavailable:
            stopped += 1
        else:
            assert {name: each.control.index for name, each in found.items()} == truth
    assert stopped > 150
