"""The console in a real Chromium, as each role: pages, actions, keys, and nothing that runs."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from hashlib import sha256
from importlib.metadata import files
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from counterfoil.cli.console import one_time_link
from counterfoil.console.routes import DOORS
from counterfoil.domain.items import ItemState
from counterfoil.domain.people import Right, Role
from counterfoil.store.deciding import Word
from tests.console_browser import a_chromium, window
from tests.console_support import BY_ROLE, PASSWORD, Rig, a_console, fill, path_of, waiting_batch
from tests.engine_support import a_batch
from tests.test_console_people import code_now

pytestmark = pytest.mark.browser
PAGES = [
    each
    for each in DOORS
    if each.method == "GET"
    and not each.path.endswith(("/pack", "{sha256}", "{page}", "/export", "/proof"))
    if each.right
]
WIDTHS = (1440, 1024, 390)


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with a_console(tmp_path_factory.mktemp("browser") / "suite") as made:
        fill(made)
        yield made


@pytest.fixture(scope="module")
def chromium(browser_path: Path) -> Iterator[Browser]:
    with a_chromium(browser_path) as browser:
        yield browser


@pytest.mark.parametrize("role", list(Role), ids=str)
def test_asvs_3_2_2_foreign_text_is_text_on_every_page(
    chromium: Browser, rig: Rig, role: Role
) -> None:
    """Payee, file name, finding, bank's error, statement, reason, bot's reading, site's name.

    The policy would stop a script that got through; here none gets as far as that.
    """
    with window(chromium, rig, BY_ROLE[role]) as it:
        for door in (each for each in PAGES if each.right in role.rights):
            answer = it.page.goto(path_of(rig, door.path))
            assert answer is not None
            assert answer.status == 200, door.path
            assert it.page.evaluate("window.pwned") is None, door.path
            foreign = "main script, main iframe, main style, main [onerror], main [onload]"
            assert it.page.locator(foreign).count() == 0, door.path
    assert rig.served.desk.csp_reports == 0


def test_what_is_invisible_is_shown(chromium: Browser, rig: Rig) -> None:
    batch_id = waiting_batch(rig, "\u202egnp.exe\u200b.xlsx")
    with window(chromium, rig, "petra") as it:
        it.page.goto(f"/batches/{batch_id}")
        expect(it.page.locator("h1")).to_contain_text("⟨U+202E⟩gnp.exe⟨U+200B⟩.xlsx")


@pytest.mark.parametrize("name", ["petra", "ada", ""])
def test_axe_finds_nothing_on_any_page(chromium: Browser, rig: Rig, name: str) -> None:
    """All of its rules in light colours, and the contrast once more in dark ones."""
    doors = [each for each in PAGES if name and each.right in rig.people[name].role.rights]
    doors = [each for each in doors if not each.path.endswith("in-full")]  # the same page again
    if name == "ada":
        doors = [each for each in doors if each.right is Right.PEOPLE]
    paths = [path_of(rig, each.path) for each in doors] or ["/sign-on", "/open"]
    found: dict[str, list[str]] = {}
    with window(chromium, rig, name, bypass_csp=True) as it:
        for path in paths:
            it.page.emulate_media(color_scheme="light")
            it.page.goto(path)
            it.page.evaluate(AXE)
            found |= axe(it.page, path, {})
            it.page.emulate_media(color_scheme="dark")
            found |= axe(it.page, f"{path} in the dark", {"runOnly": ["color-contrast"]})
    assert found == {}, json.dumps(found, indent=1)


def axe(page: Page, where: str, options: dict[str, Any]) -> dict[str, list[str]]:
    """What axe-core finds wrong, by page."""
    told = page.evaluate("how => axe.run({...how, resultTypes: ['violations']})", options)
    wrong = [
        f"{each['id']}: {node['html'][:200]} {node['failureSummary'][:200]}"
        for each in told["violations"]
        for node in each["nodes"][:3]
    ]
    return {where: wrong} if wrong else {}


def _axe() -> str:
    found = [each for each in files("axe-playwright-python") or () if each.name == "axe.min.js"]
    return Path(str(found[0].locate())).read_text("utf-8")


AXE = _axe()


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_is_wider_than_its_window(chromium: Browser, rig: Rig, width: int) -> None:
    """Tables scroll by themselves; the page does not."""
    options = {"viewport": {"width": width, "height": 900}}
    with window(chromium, rig, "petra", **options) as it:
        for door in (each for each in PAGES if each.right in Role.SUPERVISOR.rights):
            it.page.goto(path_of(rig, door.path))
            wide = it.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, (door.path, wide)


def test_the_first_admin_opens_an_account_and_invites(chromium: Browser, rig: Rig) -> None:
    """From the printed link to the second person's first page, all by hand."""
    link = one_time_link(rig.site, "zora", "zora", Role.ADMIN).replace(
        f":{rig.served.desk.settings.port}/", f":{rig.url.rpartition(':')[2]}/"
    )
    with window(chromium, rig) as it:
        second = open_account(it.page, link)
        sign_on(it.page, "zora", code_now(second, 1))
        it.page.get_by_role("link", name="People").click()
        it.page.get_by_label(re.compile("^Name")).fill("kim")
        it.page.get_by_label(re.compile("^Person")).fill("Kim.Berg")
        it.page.get_by_label("Role", exact=True).select_option("auditor")
        it.page.get_by_role("button", name="Make a one-time link").click()
        invited = it.page.locator("#made").inner_text()
    assert invited.startswith(rig.url)
    with window(chromium, rig) as it:
        second = open_account(it.page, invited)
        sign_on(it.page, "kim", code_now(second, 1))
        expect(it.page.get_by_role("link", name="Audit")).to_be_visible()
        expect(it.page.get_by_role("link", name="People")).to_have_count(0)
        it.page.get_by_role("button", name="Sign off").click()
        expect(it.page.get_by_role("heading", name="Sign on")).to_be_visible()
        it.page.go_back()
        expect(it.page.get_by_role("heading", name="Sign on")).to_be_visible()
    kim = rig.served.desk.people.account("kim")
    assert kim is not None
    assert (kim.person, kim.role) == ("kim.berg", Role.AUDITOR)


@pytest.mark.parametrize("held", [False, True], ids=["in another tab", "while it is left"])
def test_a_page_whose_session_ended_says_so_and_nothing_went_wrong(
    chromium: Browser, rig: Rig, *, held: bool
) -> None:
    """The page asks for what is new after the sign-off was heard: that is no error of its own."""
    with window(chromium, rig, "iris") as it:
        it.page.goto("/")
        other = it.context.new_page()
        other.goto("/items")
        if held:  # the tab's next page is slower than its own asking
            it.page.route("**/sign-off", lambda route: _answered_late(it.page, route))
            it.page.get_by_role("button", name="Sign off").click()
            expect(it.page.get_by_role("heading", name="Sign on")).to_be_visible()
        else:
            other.get_by_role("button", name="Sign off").click()
            expect(it.page.get_by_role("alert")).to_contain_text("You are signed off")


def _answered_late(page: Page, route: Route) -> None:
    """Not before the page that is left has asked once more, and was told that it is over."""
    with page.expect_response(lambda each: each.status in (204, 403)):
        answer = route.fetch(max_redirects=0)
    route.fulfill(response=answer)


def open_account(page: Page, link: str) -> str:
    page.goto(link)
    assert "#" not in page.url  # the code does not stay where others can read it
    page.get_by_role("button", name="Go on").click()
    second = page.locator("#second").inner_text()
    page.get_by_label("The code that it shows now").fill(code_now(second))
    page.get_by_label(re.compile("^Password")).fill(PASSWORD)
    page.get_by_label("The same again").fill(PASSWORD)
    page.get_by_role("button", name="Open the account").click()
    page.get_by_role("link", name="Sign on").click()
    return second


def sign_on(page: Page, name: str, code: str) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Code of your authenticator").fill(code)
    page.get_by_role("button", name="Sign on").click()
    expect(page.get_by_role("heading", name="Today")).to_be_visible()


def test_a_batch_is_approved_by_keyboard_alone(chromium: Browser, rig: Rig) -> None:
    batch_id = waiting_batch(rig, "keys.xlsx")
    with window(chromium, rig, "petra") as it:
        it.page.goto("/batches?state=waiting")
        for _ in range(len(rig.site.ledger.batches())):
            it.page.keyboard.press("j")
            if it.page.locator("tr.here").inner_text().startswith(batch_id):
                break
        it.page.keyboard.press("Enter")
        expect(it.page.locator("h1")).to_contain_text("keys.xlsx")
        it.page.keyboard.press("a")
        expect(it.page.get_by_role("button", name="Approve exactly this")).to_be_focused()
        it.page.keyboard.press("Enter")
        expect(it.page.get_by_role("status")).to_contain_text("is approved by petra.novakova")
    assert set(rig.site.ledger.batch(batch_id).states) == {ItemState.READY}


def test_exceptions_are_cleared_by_keyboard_in_bulk(chromium: Browser, rig: Rig) -> None:
    with window(chromium, rig, "petra") as it:
        it.page.goto("/exceptions?kind=hold")
        it.page.keyboard.press("/")
        expect(it.page.get_by_role("searchbox")).to_be_focused()
        it.page.keyboard.type("duplicate")
        it.page.keyboard.press("Enter")
        expect(it.page.locator("tbody tr")).to_have_count(2)
        it.page.keyboard.press("j")
        it.page.keyboard.press("x")
        it.page.keyboard.press("j")
        it.page.keyboard.press("x")
        it.page.keyboard.press("a")
        expect(it.page.get_by_label("Reason for all that is ticked")).to_be_focused()
        it.page.keyboard.type("both are meant")
        it.page.get_by_role("button", name="Release: key it").press("Enter")
        expect(it.page.get_by_role("status")).to_contain_text("2 released")
        it.page.keyboard.press("?")
        expect(it.page.get_by_role("dialog", name="Keys")).to_be_visible()


def test_a_hundred_mixed_exceptions_are_cleared_in_ten_minutes(
    chromium: Browser, tmp_path: Path
) -> None:
    """A supervisor who needs six seconds for every click, key or word; each item is decided."""
    with a_console(tmp_path / "suite") as rig:
        names = park(rig, {"duplicate": 40, "two_orders": 30, "account_closed": 20, "odd": 10})
        acts = 0
        with window(chromium, rig, "petra") as it:
            for code, button in (
                ("duplicate", "Release: key it"),
                ("two_orders", "Release: key it"),
                ("account_closed", "Cancel"),
                ("odd", "Cancel"),
            ):
                it.page.goto("/exceptions")
                it.page.get_by_role("searchbox").fill(code)
                it.page.keyboard.press("Enter")
                it.page.get_by_label("Tick all").check()
                it.page.get_by_label("Reason for all that is ticked").fill(f"looked at {code}")
                it.page.get_by_role("button", name=button).click()
                expect(it.page.get_by_role("status")).to_be_visible()
                acts += 6
            it.page.goto("/exceptions")
            expect(it.page.get_by_text("Nothing waits here.")).to_be_visible()
        decided = [rig.served.desk.looking.decisions_of(each) for each in names]
        assert [len(each) for each in decided] == [1] * 100
        assert {each[0].person for each in decided} == {"petra.novakova"}
    assert acts * 6 <= 600
    assert acts <= 100


def park(rig: Rig, counts: dict[str, int]) -> list[str]:
    """So many items on hold for each reason; their names."""
    document, batch = a_batch(sum(counts.values()), name="hundred.xlsx", first=2_000)
    ledger = rig.site.ledger
    ledger.file_batch(document, batch, needs_approval=False)
    codes = [code for code, count in counts.items() for _ in range(count)]
    for item, code in zip(batch.items, codes, strict=True):
        claim = ledger.claim(item.item_id)
        assert claim is not None
        ledger.park(item, claim.token, code, f"{code}: a person decides")
    return [each.item_id for each in batch.items]


def test_an_item_s_life_shows_its_screens_before_and_after_the_commit(
    chromium: Browser, rig: Rig
) -> None:
    with window(chromium, rig, "petra") as it:
        it.page.goto(f"/items/{rig.names['item']}")
        expect(it.page.locator(".shots img")).to_have_count(2)
        pictures = it.page.locator(".beside img")
        expect(pictures).to_have_count(2)
        captions = it.page.locator(".beside figcaption")
        expect(captions.first).to_have_text(re.compile("^before the commit"))
        expect(captions.last).to_have_text(re.compile("^after the commit"))
        loaded = "each => each.decode().then(() => each.naturalWidth)"
        assert pictures.first.evaluate(loaded) == 1
        expect(it.page.locator(".beside").get_by_text("amount 1,00").first).to_be_visible()
        with it.page.expect_download() as told:
            it.page.get_by_role("link", name="Evidence pack").click()
        assert told.value.suggested_filename == f"{rig.names['item']}.zip"
    assert rig.records("evidence_packed")[-1]["obj"] == {"item": rig.names["item"]}


def test_a_statement_stands_beside_the_page_that_it_was_read_from(
    chromium: Browser, rig: Rig
) -> None:
    with window(chromium, rig, "iris") as it:
        it.page.goto(f"/statements/{rig.names['number']}")
        it.page.get_by_role("link", name="Show it beside its pages").click()
        page = it.page.get_by_role("img", name=re.compile("^Page 1, "))
        expect(page).to_be_visible()
        assert page.evaluate("each => each.decode().then(() => each.naturalWidth)") > 500
    assert list(rig.site.suite.fetching.rglob("A-*")) == []  # no plain copy is left
    path = f"/arrivals/{rig.names['arrival']}/pages/"
    assert rig.client("iris").get(f"{path}99").status == 404
    assert rig.client("olaf").get(f"{path}1").status == 403


def test_a_new_event_is_seen_at_once(chromium: Browser, rig: Rig) -> None:
    """The page's question is answered when the ledger changes; a busy machine needs its time."""
    with window(chromium, rig, "olaf") as it:
        it.page.goto("/")
        alarm = it.page.get_by_text("core is frozen:")
        expect(alarm).to_have_count(0)
        rig.site.ledger.freeze_by_hand("core", Word(person="Eva", reason="two bookings seen"))
        began = time.monotonic()
        expect(alarm).to_be_visible(timeout=10_000)
        took = time.monotonic() - began
        rig.site.ledger.unfreeze("core", Word(person="Eva", reason="reversed"))
        expect(alarm).to_have_count(0, timeout=10_000)
    assert took < 4, took


def test_reading_works_without_a_script_and_so_does_deciding(chromium: Browser, rig: Rig) -> None:
    batch_id = waiting_batch(rig, "no-script.xlsx")
    with window(chromium, rig, "petra", java_script_enabled=False) as it:
        it.page.goto("/")
        it.page.get_by_role("link", name=re.compile("^Batches")).click()
        it.page.get_by_role("link", name=batch_id).click()
        it.page.get_by_label(re.compile("^Why not")).fill("the wrong month")
        it.page.get_by_role("button", name="Refuse").click()
        expect(it.page.get_by_role("status")).to_contain_text("3 items of no-script.xlsx")
    assert set(rig.site.ledger.batch(batch_id).states) == {ItemState.CANCELLED}


def test_an_operator_pauses_a_schedule_and_finds_no_decision(chromium: Browser, rig: Rig) -> None:
    with window(chromium, rig, "olaf") as it:
        it.page.goto("/schedules/often")
        it.page.get_by_label(re.compile("^Reason")).fill("bank holiday")
        it.page.get_by_role("button", name="Pause").click()
        expect(it.page.get_by_role("status")).to_have_text("often is paused")
        it.page.get_by_label(re.compile("^Reason")).fill("open again")
        it.page.get_by_role("button", name="Resume").click()
        expect(it.page.get_by_role("status")).to_have_text("often goes on")
        it.page.goto(f"/items/{rig.names['open']}")
        expect(it.page.get_by_role("button", name="Ask the bank again")).to_be_visible()
        expect(it.page.get_by_role("button", name="key it")).to_have_count(0)
        it.page.goto(f"/batches/{rig.names['batch']}")
        expect(it.page.get_by_role("button", name="Approve exactly this")).to_have_count(0)


def test_an_operator_proposes_notes_and_pauses(chromium: Browser, rig: Rig) -> None:
    """Ticks in one table, words in one bar; four eyes where it is about money."""
    with window(chromium, rig, "olaf") as it:
        it.page.goto("/reconciliations/nostro")
        it.page.get_by_role("row", name=re.compile("bank .* 25.00")).get_by_role("checkbox").check()
        entry = it.page.get_by_role("row", name=re.compile("ledger .* 24.00"))
        entry.get_by_role("checkbox").check()
        it.page.get_by_label("Why, for all lines that are ticked").fill("fee of the bank")
        it.page.get_by_label("Bank less ledger").fill("1.00")
        it.page.get_by_role("button", name="Propose: they belong together").click()
        expect(it.page.get_by_role("status")).to_contain_text("waits for a second person")
        expect(it.page.get_by_role("button", name="Approve exactly this")).to_have_count(0)
        it.page.goto("/exceptions?kind=file")
        it.page.get_by_role("checkbox", name=re.compile("^Tick evil")).check()
        it.page.get_by_label("Reason for all that is ticked").fill("asked the branch")
        it.page.get_by_label("Owner").fill("Eva")
        it.page.get_by_label("Due").fill("2020-01-31")
        it.page.get_by_role("button", name="Note it").click()
        expect(it.page.get_by_role("row", name=re.compile("overdue 2020-01-31"))).to_be_visible()
        it.page.goto("/operate")
        it.page.get_by_label("Reason for all workers").fill("release weekend")
        it.page.get_by_role("button", name="Pause all").click()
        expect(it.page.get_by_text("all paused")).to_be_visible()
        it.page.get_by_label("Reason for all workers").fill("over")
        it.page.get_by_role("button", name="Let all go on").click()
        expect(it.page.get_by_role("status")).to_have_text("every worker goes on")


def test_an_auditor_takes_an_export_and_a_proof_along(chromium: Browser, rig: Rig) -> None:
    with window(chromium, rig, "iris") as it:
        it.page.goto("/audit?kind=item_posted")
        with it.page.expect_download() as told:
            it.page.get_by_role("link", name="Export as JSON lines").click()
        digest = sha256(Path(told.value.path()).read_bytes()).hexdigest()
        assert told.value.suggested_filename == f"changes-{digest}.jsonl"
        it.page.get_by_role("row", name=re.compile("item_posted")).get_by_role("link").last.click()
        with it.page.expect_download() as proof:
            it.page.get_by_role("link", name="Inclusion proof (JSON)").click()
        assert json.loads(Path(proof.value.path()).read_bytes())["source"].startswith("RFC 6962")


def test_an_auditor_verifies_the_record_and_finds_no_button_that_decides(
    chromium: Browser, rig: Rig
) -> None:
    with window(chromium, rig, "iris") as it:
        it.page.goto("/audit")
        it.page.get_by_label("Text").fill(rig.names["item"])
        it.page.get_by_role("button", name="Search").click()
        it.page.get_by_role("row", name=re.compile("item_posted")).get_by_role("link").last.click()
        expect(it.page.locator("pre")).to_contain_text('"bank_reference": "BK1"')
        it.page.goto("/audit/verify")
        it.page.get_by_role("button", name="Verify now").click()
        expect(it.page.get_by_text(re.compile(r"^OK: [\d,]+ records"))).to_be_visible(
            timeout=20_000
        )
        it.page.goto("/audit/views")
        expect(it.page.get_by_role("cell", name="iris").first).to_be_visible()
        for path in ("/", "/exceptions", f"/items/{rig.names['open']}", "/operate"):
            it.page.goto(path)
            buttons = it.page.locator("main button:visible").all_inner_texts()
            assert set(buttons) <= {"Filter", "Search", "Show"}, (path, buttons)


def test_the_sample_of_hostile_texts_is_on_the_pages_as_typed(chromium: Browser, rig: Rig) -> None:
    """A test of the tests above: the corpus does reach the pages."""
    with window(chromium, rig, "petra") as it:
        for path in ("/batches/{batch}", "/items/{open}", "/exceptions", "/statements/{number}"):
            it.page.goto(path_of(rig, path))
            if "statements" not in path:
                expect(it.page.locator("main")).to_contain_text("<script>window.pwned=1</script>")
                expect(it.page.locator("main")).to_contain_text("{{ 7*7 }}{% raise %}${7*7}")
    assert json.dumps(rig.names)
