"""A Chromium window on the console, and hands that only have a keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Locator, Page, sync_playwright

from counterfoil.console.gate import COOKIE, Door
from counterfoil.console.routes import DOORS
from tests.console_support import Rig

TABS_MAX = 400  # a page of tests has fewer controls
#: Every address that the page's links and buttons lead to, by method.
TARGETS = """() => {
  const forms = [...document.forms];
  const posts = forms.filter((each) => each.method === "post").flatMap((form) => [
    form.getAttribute("action"),
    ...[...form.elements].map((each) => each.getAttribute("formaction")).filter(Boolean),
  ]);
  const gets = [...document.querySelectorAll("a[href], img[src]")].map(
    (each) => each.getAttribute("href") ?? each.getAttribute("src"));
  const filters = forms.filter((each) => each.method === "get").map(() => location.pathname);
  return { POST: posts, GET: [...gets, ...filters] };
}"""
#: Every control that a person can use, in the order of the page.
CONTROLS = """[...document.querySelectorAll(
    "a[href], button, input, select, textarea, summary, [tabindex='0']"
  )].filter((each) => !each.disabled && each.checkVisibility())"""
#: Where the focus is: which control, whether its ring is seen, and whether nothing covers it.
FOCUS = f"""() => {{
  const at = document.activeElement;
  if (at === document.body || at === document.documentElement) return null;
  const look = getComputedStyle(at), box = at.getBoundingClientRect();
  const x = box.x + Math.min(box.width, innerWidth) / 2;
  const y = box.y + Math.min(box.height, 20) / 2;
  const hit = document.elementFromPoint(Math.min(x, innerWidth - 1), y);
  return {{
    number: {CONTROLS}.indexOf(at),
    what: at.outerHTML.slice(0, 120),
    ring: look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 2,
    seen: hit !== null && (at.contains(hit) || hit.contains(at)),
  }};
}}"""


@contextmanager
def a_chromium(browser_path: Path) -> Iterator[Browser]:
    """A browser of its own; its windows share nothing with another one's."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass(slots=True)
class Window:
    """A browser window, and all that it complained about."""

    page: Page
    context: BrowserContext
    said: list[str] = field(default_factory=list)

    def listen(self) -> None:
        """Collect errors, dialogs, and whatever the policy blocked."""
        self.page.on("console", lambda each: self._console(each.type, each.text))
        self.page.on("pageerror", lambda each: self.said.append(str(each)))
        self.page.on("dialog", lambda each: self.said.append(each.message))

    def _console(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.said.append(text)


@contextmanager
def window(chromium: Browser, rig: Rig, name: str = "", **options: Any) -> Iterator[Window]:
    """Signed on as *name*; nothing may have been complained about at the end."""
    context = chromium.new_context(base_url=rig.url, locale="en-US", **options)
    if name:
        token, host = rig.session(name), "127.0.0.1"
        context.add_cookies(
            [{"name": COOKIE, "value": token, "domain": host, "path": "/", "secure": True,
              "httpOnly": True, "sameSite": "Strict"}]
        )  # fmt: skip
    made = Window(context.new_page(), context)
    made.listen()
    yield made
    context.close()
    assert made.said == [], made.said


# By keyboard alone


def reach(page: Page, control: Locator) -> None:
    """Press Tab until *control* has the focus; its ring is seen, and nothing lies on it."""
    control.evaluate("each => { each.dataset.wanted = '' }")
    for _ in range(TABS_MAX):
        page.keyboard.press("Tab")
        if page.evaluate("'wanted' in document.activeElement.dataset"):
            break
    else:
        raise AssertionError(f"no Tab reaches {control}")
    focus = page.evaluate(FOCUS)
    assert focus["ring"], focus
    assert focus["seen"], focus
    control.evaluate("each => { delete each.dataset.wanted }")


def write(page: Page, field_: str, text: str) -> None:
    """Reach the field of that selector and type; a day is typed as the browser shows it."""
    reach(page, page.locator(field_))
    page.keyboard.type(text)


def press(page: Page, button: str | Locator, key: str = "Enter") -> None:
    """Reach the button, by its whole name where it has one, and press it."""
    if isinstance(button, str):
        button = page.get_by_role("button", name=button, exact=True).first
    reach(page, button)
    page.keyboard.press(key)


def tick(page: Page, *names: str) -> None:
    """Reach the checkbox of each row whose name ends so, and tick it."""
    for name in names:
        reach(page, page.get_by_role("checkbox", name=re.compile(f"^Tick {re.escape(name)}")))
        page.keyboard.press("Space")


def walk(page: Page) -> tuple[int, list[dict[str, Any]]]:
    """How many controls the page has, and where Tab leads from its beginning until it is out."""
    steps: list[dict[str, Any]] = []
    for _ in range(TABS_MAX):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        if focus is None or (steps and focus["number"] < steps[-1]["number"]):
            break  # out of the page, or round it
        if not steps or steps[-1]["number"] != focus["number"]:  # a day has several stops
            steps.append(focus)
    else:
        raise AssertionError(f"no Tab leads out of {page.url}")
    return page.evaluate(f"{CONTROLS}.length"), steps


# Doors of a page


def doors_on(page: Page) -> set[Door]:
    """The doors that the page's links and buttons lead to."""
    targets = page.evaluate(TARGETS)
    found = {door_of(method, each) for method, some in targets.items() for each in some}
    return {each for each in found if each is not None}


@cache
def door_of(method: str, address: str) -> Door | None:
    """The door of an address; None: it is none of ours, or leads within the page."""
    path = urlsplit(address).path
    if address.startswith(("?", "#")):
        return None
    for door in DOORS:
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(door.path))
        if door.method == method and re.fullmatch(pattern, path):
            return door
    assert path.startswith("/static/"), f"{method} {address} leads nowhere"
    return None
