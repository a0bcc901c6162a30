"""Every page and action of the console, in a real Chromium, as each role, by keyboard alone.

The tables are made from the routes: a door that no link leads to, or that nobody drives, fails.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from counterfoil.cli.console import one_time_link
from counterfoil.console.gate import Door
from counterfoil.console.routes import DOORS
from counterfoil.domain.people import Role
from counterfoil.store.deciding import Word
from tests.console_browser import a_chromium, door_of, doors_on, press, reach, walk, window, write
from tests.console_deeds import DEEDS
from tests.console_support import (
    BY_ROLE,
    PASSWORD,
    Rig,
    a_console,
    add,
    fill,
    path_of,
)
from tests.schedule_support import RULES, schedule
from tests.test_console_people import code_now

pytestmark = pytest.mark.browser
#: Driven by tests of their own below: there is no session yet, or there is none afterwards.
#: Those of a provider are driven with one: tests/test_console_oidc.py and _strict.py.
SIGNING = {"/sign-on", "/sign-off", "/open", "/oidc/sign-on", "/oidc/second", "/oidc/again"}
#: What is no page of its own but bytes: a picture, or a file to keep.
BLOBS = ("/pack", "{sha256}", "{page}", "/export", "/proof")
PAGES = [
    each
    for each in DOORS
    if each.method == "GET" and each.right is not None and not each.path.endswith(BLOBS)
]
DRIVEN = [
    pytest.param(door, role, id=f"{door.path}-{role}")
    for door in DOORS
    for role in Role
    if door.method == "POST" and door.path not in SIGNING and door.right in role.rights
]


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    second = schedule("second", "every 30 minutes", RULES)
    with a_console(tmp_path_factory.mktemp("actions") / "suite", more=second) as made:
        fill(made)
        yield made


@pytest.fixture(scope="module")
def chromium(browser_path: Path) -> Iterator[Browser]:
    with a_chromium(browser_path) as browser:
        yield browser


@pytest.fixture(scope="module")
def pages(chromium: Browser, rig: Rig) -> Iterator[dict[Role, Page]]:
    """One window a role, signed on."""
    with ExitStack() as stack:
        yield {
            role: stack.enter_context(window(chromium, rig, BY_ROLE[role])).page for role in Role
        }


def test_every_action_of_the_routes_is_driven() -> None:
    posts = {each.path for each in DOORS if each.method == "POST"}
    assert set(DEEDS) == posts - SIGNING


@pytest.mark.parametrize(("door", "role"), DRIVEN)
def test_an_action_is_done_by_keyboard_and_told(
    rig: Rig, pages: dict[Role, Page], door: Door, role: Role
) -> None:
    """On its own page, by its own control: the page, the ledger and the record have it then."""
    deed, page, name = DEEDS[door.path], pages[role], BY_ROLE[role]
    tag = f"{role}{re.sub(r'[^a-z]', '-', door.path)}"
    scene, why = deed.ready(rig, tag), f"because {tag}"
    _nobody_else_finds_it(pages, door, scene.page)
    page.goto(scene.page)
    assert door in doors_on(page)
    deed.do(page, scene, why)
    expect(page.locator("main [role=status]").first).to_contain_text(deed.shown)
    assert deed.state(rig, scene.thing) == deed.becomes
    record = rig.records(deed.event)[-1]
    person = rig.people[name].person
    assert person in (record["actor"].get("on_behalf"), record["data"].get("account"), name)
    assert not deed.tells or why in json.dumps(record)


def _nobody_else_finds_it(pages: dict[Role, Page], door: Door, path: str) -> None:
    shown = door_of("GET", path)
    assert shown is not None
    for role, page in pages.items():
        if door.right not in role.rights and shown.right in role.rights:
            page.goto(path)
            assert door not in doors_on(page), (role, path)


@pytest.mark.parametrize("role", list(Role), ids=str)
def test_links_lead_to_every_page_that_a_role_may_open_and_to_no_other(
    rig: Rig, pages: dict[Role, Page], role: Role
) -> None:
    """Each page is opened; what they link and what their buttons do is what the role may."""
    page, found = pages[role], set[Door]()
    for door in (each for each in PAGES if each.right in role.rights):
        answer = page.goto(path_of(rig, door.path))
        assert answer is not None
        assert answer.status == 200, door.path
        assert page.locator("h1").count() == 1, door.path
        found |= doors_on(page)
    assert {each.path for each in found if each.right not in role.rights} == set()
    mine = {each.path for each in DOORS if each.method == "GET" and each.right in role.rights}
    assert mine - {each.path for each in found if each.method == "GET"} == set()


@pytest.mark.parametrize("role", list(Role), ids=str)
def test_one_signs_on_and_off_by_keyboard(chromium: Browser, rig: Rig, role: Role) -> None:
    name = f"keys-{role}"
    somebody = add(rig, name, name, role)
    with window(chromium, rig) as it:
        it.page.goto("/sign-on")
        expect(it.page.get_by_label("Name")).to_be_focused()
        it.page.keyboard.type(name)
        write(it.page, "#password", PASSWORD)
        write(it.page, "#code", code_now(somebody.second))
        press(it.page, "Sign on")
        expect(it.page.get_by_role("heading", name="Today")).to_be_visible()
        assert rig.records("signed_on")[-1]["data"]["account"] == name
        press(it.page, "Sign off")
        expect(it.page.get_by_role("heading", name="Sign on")).to_be_visible()
        assert rig.records("signed_off")[-1]["data"]["account"] == name


def test_one_opens_an_account_by_keyboard(chromium: Browser, rig: Rig) -> None:
    link = one_time_link(rig.site, "nadia", "nadia", Role.OPERATOR)
    with window(chromium, rig) as it:
        it.page.goto("/open")
        write(it.page, "#invitation", link.partition("#")[2])
        press(it.page, "Go on")
        second = it.page.locator("#second").inner_text()
        write(it.page, "#code", code_now(second))
        write(it.page, "#password", PASSWORD)
        write(it.page, "#again", PASSWORD)
        press(it.page, "Open the account")
        expect(it.page.get_by_role("heading", name="Your account is open")).to_be_visible()
    assert rig.records("account_opened")[-1]["data"]["account"] == "nadia"


# By keyboard


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.ADMIN], ids=str)
def test_tab_walks_every_page_in_order_with_its_ring_and_out_again(
    rig: Rig, pages: dict[Role, Page], role: Role
) -> None:
    """Every control once, as the page reads; nothing keeps the focus, nothing lies on it."""
    page = pages[role]
    doors = [each for each in PAGES if each.right in role.rights]
    if role is Role.ADMIN:
        doors = [each for each in doors if each.path == "/people"]
    for door in doors:
        _walk(page, path_of(rig, door.path))


def test_tab_walks_the_pages_of_signing_on(chromium: Browser, rig: Rig) -> None:
    with window(chromium, rig) as it:
        _walk(it.page, "/open")


def _walk(page: Page, path: str) -> None:
    page.goto(path)
    count, steps = walk(page)
    assert [each["number"] for each in steps] == list(range(count)), path
    assert [each for each in steps if not each["ring"]] == [], path
    assert [each for each in steps if not each["seen"]] == [], path


def test_the_dialog_of_keys_gives_the_focus_back(pages: dict[Role, Page]) -> None:
    page = pages[Role.SUPERVISOR]
    page.goto("/items")
    page.keyboard.press("j")
    row = page.locator("tr.here a").first
    expect(row).to_be_focused()
    page.keyboard.press("?")
    close = page.get_by_role("button", name="Close")
    expect(close).to_be_focused()
    page.keyboard.press("Tab")
    assert not page.locator("main").evaluate("each => each.contains(document.activeElement)")
    page.keyboard.press("Escape")
    expect(row).to_be_focused()


def test_what_changes_while_one_reads_leaves_the_focus_and_the_scrolling(
    rig: Rig, pages: dict[Role, Page]
) -> None:
    page = pages[Role.OPERATOR]
    page.set_viewport_size({"width": 700, "height": 900})
    page.goto("/items")
    for _ in range(3):
        page.keyboard.press("j")
    name = page.locator("tr.here a").inner_text()
    page.locator("[data-live=items] .scroll").evaluate("each => each.scrollTo(120, 0)")
    old = page.locator("[data-live=items]").element_handle()
    assert old is not None
    DEEDS["/items/{item}/cancel"].ready(rig, "seen-while-reading")  # one more item
    page.wait_for_function("each => !each.isConnected", arg=old, timeout=10_000)
    expect(page.locator("tr.here a").first).to_have_text(name)
    expect(page.locator("tr.here a").first).to_be_focused()
    assert page.locator("[data-live=items] .scroll").evaluate("each => each.scrollLeft") == 120
    page.set_viewport_size({"width": 1280, "height": 720})


def test_what_is_held_back_under_a_person_s_hands_is_shown_when_they_let_go(
    rig: Rig, pages: dict[Role, Page]
) -> None:
    page, word = pages[Role.AUDITOR], Word(person="Eva", reason="two bookings seen by Eva")
    page.goto(path_of(rig, "/items/{item}"))
    reach(page, page.locator("[data-live=story] summary").first)
    page.keyboard.press("Enter")
    item = rig.names["item"]
    rig.served.desk.cares.care(f"item:{item}", word, owner="Eva")
    told = page.locator("[data-live=story]").get_by_text("two bookings seen by Eva")
    page.wait_for_timeout(1_500)
    expect(told).to_have_count(0)
    page.keyboard.press("Enter")  # it is shut again, and left
    page.keyboard.press("Tab")
    expect(told).to_be_visible(timeout=10_000)


def test_a_finger_hits_every_control_on_a_telephone(rig: Rig, pages: dict[Role, Page]) -> None:
    """WCAG 2.5.8: 24 pixels each way, of all that does not stand within a sentence."""
    page, small = pages[Role.SUPERVISOR], {}
    page.set_viewport_size({"width": 390, "height": 900})
    for door in (each for each in PAGES if each.right in Role.SUPERVISOR.rights):
        page.goto(path_of(rig, door.path))
        small[door.path] = page.evaluate(TOO_SMALL)
    page.set_viewport_size({"width": 1280, "height": 720})
    assert {path: some for path, some in small.items() if some} == {}


TOO_SMALL = """() => [...document.querySelectorAll(
    "button, input, select, textarea, summary, nav a, .rows th a, .button, .waits a, .crumb a")]
  .filter((each) => each.checkVisibility() && each.type !== "hidden")
  .map((each) => [each.outerHTML.slice(0, 90), each.getBoundingClientRect()])
  .filter(([, box]) => box.width < 24 || box.height < 24)
  .map(([what, box]) => `${what} ${box.width} x ${box.height}`)"""
