"""How ``counterfoil statement read`` shows what it read: briefly, or with every reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from counterfoil.cli.terminal import say, show_table
from counterfoil.domain.explained import Notes
from counterfoil.domain.statements import Equation, Place, Proved, StatementReading, Unproved

ROWS_SHOWN = 12  # of a statement, unless it is explained
RUNNING_SHOWN = 30  # running balances of an explanation; --json has all of them
HELP = {
    "password": "set STATEMENT_PASSWORD, or type it when asked",
    "day_or_month": "counterfoil statement teach FILE asks for the order, once for the bank",
    "two_readings": "counterfoil statement teach FILE shows both and asks which is right",
    "no_transactions": "counterfoil statement teach FILE asks what the columns are",
    "no_ends": "counterfoil statement teach FILE asks how the bank calls its balances",
    "does_not_add_up": "look at it with --picture; if the print is right, teach its layout",
    "page_missing": "ask the bank for the whole statement",
    "map_does_not_fit": "the bank may print it in another way now: teach it anew",
}  # remedies by code; a code without one says in its reason what to do


def remedy_of(code: str) -> str:
    """What a person does about *code*; "" where its reason says so itself."""
    return HELP.get(code, "")


def show_reading(reading: StatementReading) -> None:
    """Every proved account: its ends and its first rows."""
    for proved in reading.proved():
        _show_head(proved, believed=not reading.unproved())
        for sentence in proved.proof.shortfalls:
            say(f"    short of A: {sentence}", style="yellow")
        _show_rows(proved, ROWS_SHOWN)


def show_explained(reading: StatementReading, notes: Sequence[Notes]) -> None:
    """Every account with all that is known of how it was read and why it is believed."""
    unmatched = list(notes)
    for refused in reading.unproved():
        _explain_refusal(refused, _take(unmatched, refused.account))
    for proved in reading.proved():
        note = _take(unmatched, proved.statement.account)
        _show_head(proved, believed=not reading.unproved())
        _explain_proof(proved, note)


def _take(notes: list[Notes], account: str) -> Notes | None:
    """The first note on *account* that was not shown yet."""
    found = next((note for note in notes if note.account == account), None)
    if found is not None:
        notes.remove(found)
    return found


def _show_head(proved: Proved, *, believed: bool) -> None:
    found, proof = proved.statement, proved.proof
    days = f", {found.period[0]} to {found.period[1]}" if found.period else ""
    name = f"{found.account or 'account'} {found.currency}".strip()
    if believed:
        say(f"  proved, grade {proof.grade}  {name}{days}", style="green")
    else:
        say(f"  adds up by itself, in a file that is refused  {name}{days}", style="yellow")


def _show_rows(proved: Proved, most: int) -> None:
    found = proved.statement
    rows = [
        (
            each.booking_date,
            f"{each.amount:,}",
            "" if each.balance is None else f"{each.balance:,}",
            each.description[:70],
            each.place,
        )
        for each in found.transactions[:most]
    ]
    left = len(found.transactions) - len(rows)
    title = (
        f"{found.opening:,} opening, {len(found.transactions)} entries, {found.closing:,} closing"
    )
    show_table(title, ("booked", ">amount", ">balance", "description", "where"), rows)
    if left:
        say(f"    {left} more: --explain or --json shows all")


def _explain_proof(proved: Proved, note: Notes | None) -> None:
    _explain_grade(proved)
    _list("columns", note.columns if note else ())
    _show_rows(proved, len(proved.statement.transactions))
    _show_equations(proved.proof.equations)
    _list("dates", proved.proof.dates or ("nothing but their own print holds them",))
    _list("texts", note.texts if note else ())
    _list("other readings, refused", note.competing if note else (), none="there is no other")


def _explain_grade(proved: Proved) -> None:
    """What the grade is made of, and what keeps it from A."""
    found = proved.statement
    ends = [
        f"the {name} balance {value:,} is {'printed' if printed else 'not printed: it follows'}"
        for name, value, printed in (
            ("opening", found.opening, found.opening_printed),
            ("closing", found.closing, found.closing_printed),
        )
    ]
    _list("ends", ends)
    _list("short of grade A", proved.proof.shortfalls, none="nothing: it is A", style="yellow")


def _show_equations(equations: Sequence[Equation]) -> None:
    """The ends and totals first, then the running balances."""
    rest = [each for each in equations if each.kind != "running"]
    running = [each for each in equations if each.kind == "running"]
    rows = [*rest, *running[:RUNNING_SHOWN]]
    title = f"equations that hold: {len(equations)}, {len(running)} of them running balances"
    show_table(title, ("kind", "says", "where"), [_row(each) for each in rows])
    if len(running) > RUNNING_SHOWN:
        say(f"    {len(running) - RUNNING_SHOWN} more running balances hold")


def _row(equation: Equation) -> tuple[str, str, str]:
    return equation.kind.replace("_", " "), equation.says, places_of(equation.places)


def places_of(places: Sequence[Place]) -> str:
    """``page 2, 312 to 340 pt down``: where to look."""
    boxes = [each for each in places if each.page is not None and each.box is not None]
    if not boxes:
        return ", ".join(dict.fromkeys(map(str, places)))
    return "; ".join(_on_page(page, boxes) for page in dict.fromkeys(p.page for p in boxes) if page)


def _on_page(page: int, places: Iterable[Place]) -> str:
    boxes = [each.box for each in places if each.page == page and each.box is not None]
    top, bottom = min(box[1] for box in boxes) // 100, max(box[3] for box in boxes) // 100
    return f"page {page}, {top} to {bottom} pt down"


def _explain_refusal(verdict: Unproved, note: Notes | None) -> None:
    say(f"  quarantined  {verdict.code}  {verdict.account}".rstrip(), style="red")
    _list("reason", _reason(verdict), style="red")
    if remedy := remedy_of(verdict.code):
        _list("what to do", (remedy,))
    if note is not None:
        _list("columns", note.columns)
        _list("readings that were tried", note.competing, none="none")


def _reason(verdict: Unproved) -> Iterator[str]:
    yield verdict.reason
    for equation in verdict.failed:
        if not equation.holds:
            off = equation.right - equation.left
            yield (
                f"the left side comes to {equation.left:,}, printed is {equation.right:,}:"
                f" off by {off:+,}"
            )
            yield f"at {places_of(equation.places)}"


def _list(
    title: str, sentences: Iterable[str], *, none: str = "", style: str | None = None
) -> None:
    """A title and its sentences, one a line; nothing at all where there is nothing to say."""
    said = list(sentences)
    if not said and not none:
        return
    say(f"    {title}", style="bold")
    for sentence in said:
        say(f"      {sentence}", style=style)
    if not said:
        say(f"      {none}")
