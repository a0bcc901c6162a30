"""What the bank says: receipts and refusals by pattern, in the frames the map names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from playwright.async_api import Error as PlaywrightError

from counterfoil.adapters.map_schema import Answers, Locale, Says, ScreenMap
from counterfoil.adapters.screens.session import Session
from counterfoil.adapters.screens.spelling import Values, disagreements
from counterfoil.errors import InDoubt, Refused, Unavailable

LOAD_SECONDS = 1.0  # a frame that still loads says nothing yet


@dataclass(frozen=True, slots=True)
class Words:
    """The visible text of one frame at one moment."""

    mark: str  # of the document
    text: str


async def words_of(session: Session, screen: ScreenMap) -> dict[str, Words]:
    """What stands in each frame of the screen's answers now; frames that are away are left out."""
    found: dict[str, Words] = {}
    for name in screen.answers.frames or (screen.frame,):
        try:
            frame = session.frame(name)
            await frame.wait_for_load_state("load", timeout=LOAD_SECONDS * 1000)
            sight = await session.look(frame, text=True)
        except (PlaywrightError, Unavailable):
            continue  # between two pages
        if sight.complete:
            found[name] = Words(sight.mark, sight.text)
    return found


class Refusals:
    """The refusals of one screen, deaf to what stood there before the action."""

    def __init__(self, session: Session, screen: ScreenMap, before: dict[str, Words]) -> None:
        self._session = session
        self._screen = screen
        self._before = before

    async def news(self) -> list[str]:
        """The texts that are not what they were."""
        now = await words_of(self._session, self._screen)
        return [words.text for name, words in now.items() if words != self._before.get(name)]

    async def raise_if_any(self) -> None:
        """Raise Refused for a refusal that the map knows; anything else is not an answer."""
        if not self._screen.answers.refusal:
            return
        for text in await self.news():
            refusal = refusal_in(text, self._screen.answers)
            if refusal is not None:
                raise Refused(refusal.code, self._session.redactor.text(refusal.reason))


def refusal_in(text: str, answers: Answers) -> Refused | None:
    """The refusal in *text*, in our words, if the map knows its code."""
    if not answers.refusal:
        return None
    found = re.search(answers.refusal, text, re.MULTILINE)
    if found is None or found["code"] not in answers.refusals:
        return None
    return Refused(answers.refusals[found["code"]], " ".join(found[0].split()))


def receipt_in(
    text: str, answers: Answers, values: Values, locale: Locale, where: str
) -> str | None:
    """The bank's reference in *text*, or None when it holds no receipt.

    Raises:
        InDoubt: A receipt, but for something else than our item, or more than one.
    """
    for receipt in answers.receipts:
        found = list(re.finditer(receipt.pattern, text, re.MULTILINE))
        if not found:
            continue
        if len(found) > 1:
            raise InDoubt(where, f"{len(found)} receipts at once")
        if wrong := disagreements(found[0], receipt.shown, values, locale):
            raise InDoubt(where, f"a receipt that shows another {', '.join(wrong)}")
        return str(values["reference"]) if answers.reference_is_ours else found[0]["bank_reference"]
    return None


def wrong_lines(text: str, says: Says, lines: Sequence[Values], locale: Locale) -> str:
    """Why *text* does not show exactly the item's lines, in order; "" when it does."""
    found = list(re.finditer(says.pattern, text, re.MULTILINE))
    if len(found) != len(lines):
        return f"{len(found)} lines are shown for {len(lines)}"
    for at, (shown, line) in enumerate(zip(found, lines, strict=True), 1):
        complete = {name: line.get(name, "") for name in shown.groupdict()}
        if wrong := disagreements(shown, says.shown, complete, locale):
            return f"line {at} shows another {', '.join(wrong)}"
    return ""
