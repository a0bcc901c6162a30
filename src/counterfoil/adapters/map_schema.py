"""What a map of a legacy system may say: the schema of everything in selectors/<system>/.

``selectors/<system>/system.toml`` says how to get in and which screens make up a task;
``selectors/<system>/<screen>.toml`` says where our values are on one screen; the file
``<screen>.inventory.json`` beside it holds every control the screen had when it was
mapped. All three are data: no code, no conditions, no credentials. A new system needs
nothing else.

Texts in a map are exact, save for runs of blanks, which count as one, and a colon or
asterisk at the end of a caption, which does not count. Whatever is called ``pattern`` is
a regular expression, searched with ``re.MULTILINE``. Its named groups are names of the
item's values (``amount``, ``reference`` ...) and what they catch must equal them, read
by the locale of the system; ``bank_reference`` and ``code`` mean the bank's own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from counterfoil.adapters.map_lists import Table
from counterfoil.adapters.map_patterns import check_changes, groups_of

#: Groups of a pattern that are the bank's words, not values of our item.
BANKS_OWN = frozenset({"bank_reference", "code"})


@dataclass(frozen=True, slots=True)
class Locale:
    """How the system writes numbers and dates, when typed and when shown."""

    decimal_mark: Literal[".", ","]
    date_format: str  # strftime: "%d.%m.%Y"
    decimals: int = 2  # typed at least: 1500 goes in as "1500,00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Says:
    """A text that must hold the item's own values.

    Found once and every named group equal to the item's value: agreed. Anything else
    stops the item (before the commit) or leaves it in doubt (after).
    """

    pattern: str
    shown: dict[str, tuple[str, ...]] = field(default_factory=dict)  # group -> changes, see Field

    def __post_init__(self) -> None:
        groups = groups_of(self.pattern)
        for name, changes in self.shown.items():
            if name not in groups:
                raise ValueError(f"shown: the pattern has no group {name!r}")
            check_changes(changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """A sign on a page. Every key that is given must hold; at least one must be given."""

    frame: str = ""  # of system.toml; "": whichever frame of the page
    title: str = ""  # the frame's document title
    pattern: str = ""  # somewhere in the frame's visible text
    path: str = ""  # the path of the frame's address begins with it
    control: str = ""  # a control with this programmatic name is there

    def __post_init__(self) -> None:
        if not (self.title or self.pattern or self.path or self.control):
            raise ValueError("a marker needs one of title, pattern, path, control")
        groups_of(self.pattern)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialog:
    """A JavaScript box that is expected; any other one stops the item.

    The text must match as a whole and its groups must equal the item's values, else the
    box is dismissed.
    """

    kind: Literal["alert", "confirm", "beforeunload"]
    pattern: str = ""  # "": whatever it says (only beforeunload, which says nothing)
    answer: Literal["accept", "dismiss"] = "accept"
    shown: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        Says(pattern=self.pattern, shown=self.shown)
        if not self.pattern and self.kind != "beforeunload":
            raise ValueError(f"a dialog of the kind {self.kind!r} needs a pattern")


@dataclass(frozen=True, slots=True, kw_only=True)
class Popup:
    """A window that an action opens, works in, and that closes by itself at the end.

    The actions are pressed in order; before each, the fields of that screen which the
    item has values for are filled when they are not yet.
    """

    screen: str
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One box, found by independent witnesses that must all point at it.

    ``name`` is one witness, ``label`` with ``path`` the other; what the control is (kind,
    options, maxlength) must agree too. Money and accounts need both.
    """

    value: str = ""  # name of the item's value; of the line's, in [lines.fields]
    constant: str | None = None  # instead of value: always this text
    kind: Literal["text", "money", "date", "account", "select", "bool", "secret"]
    name: str = ""  # programmatic; in lines with {row}: "accno_{row}", "F{row:02}A"
    label: str = ""  # caption: label element, cell to the left, or head of the column
    path: tuple[str, ...] = ()  # what encloses it, inner first: row head, section
    options: dict[str, str] = field(default_factory=dict)  # select: our value -> option's text
    option_begins: str = ""  # select, instead of options: "{value}--" for "5760--Rent"
    max_chars: int = 0  # what the box takes; longer values are refused; 0: the page says
    events: Literal["input", "keys"] = "input"  # keys: the page listens to each keystroke
    shown: tuple[str, ...] = ()  # how the system changes it: "upper", "cut-35", "no-blanks"
    filled_by: str = ""  # an action (effect look_up) fills it; we only read it back
    optional: bool = False  # an item without this value leaves the box empty

    def __post_init__(self) -> None:
        if bool(self.value) == (self.constant is not None):
            raise ValueError("exactly one of value and constant must be given")
        if not (self.name or self.label):
            raise ValueError("a field needs a witness: name, label or, better, both")
        if self.kind in ("money", "account") and not (self.name and self.label):
            raise ValueError(f"a field of the kind {self.kind!r} needs two witnesses: name, label")
        if (self.options or self.option_begins) and self.kind != "select":
            raise ValueError("only a select has options")
        if self.option_begins and ("{value}" not in self.option_begins or self.options):
            raise ValueError("option_begins needs a {value}, and stands instead of options")
        check_changes(self.shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One button or link. Found like a field: every witness given must agree."""

    effect: Literal["navigate", "look_up", "add_lines", "commit"]
    name: str = ""  # programmatic
    label: str = ""  # its face: button value or link text
    label_value: str = ""  # instead of label: the face is this value of the item
    dialogs: tuple[Dialog, ...] = ()  # each must come, in this order, before anything is sent
    popup: Popup | None = None
    answer_within_seconds: int = 20

    def __post_init__(self) -> None:
        if not (self.name or self.label or self.label_value):
            raise ValueError("an action needs a witness: name, label or label_value")
        if not 1 <= self.answer_within_seconds <= 300:
            raise ValueError("answer_within_seconds must be between 1 and 300")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Repeated rows of boxes, numbered by the page: one row for each line of the item."""

    fields: dict[str, Field]  # by name of the line's value; names and labels may hold {row}
    first_row: int = 1
    rows_max: int = 200
    add: str = ""  # the action (effect add_lines) pressed when the rows do not suffice
    settles: dict[str, str] = field(default_factory=dict)  # { account = "debit" }: after add, a
    # filled row shows this value as text in front of that box, and takes no other any more

    def __post_init__(self) -> None:
        unknown = sorted({*self.settles, *self.settles.values()} - self.fields.keys())
        if unknown:
            raise ValueError(f"settles: no field of a line is called {unknown[0]!r}")
        if self.settles and not self.add:
            raise ValueError("settles: rows settle only where an action adds more: add is missing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What the bank may say after an action of this screen, and where.

    What is neither a receipt nor a refusal is not an answer.
    """

    frames: tuple[str, ...] = ()  # of system.toml; (): the frame of the screen
    receipts: tuple[Says, ...] = ()  # with the group bank_reference, or reference_is_ours
    by_enquiry: bool = False  # instead of receipts: the system says nothing; its enquiry, asked at
    # once, must show exactly one booking of ours, and that is the receipt
    reference_is_ours: bool = False  # the receipt names nothing of its own: ours is all there is
    refusal: str = ""  # pattern with the group "code"; the whole match is the bank's words
    refusals: dict[str, str] = field(default_factory=dict)  # bank's code -> ours

    def __post_init__(self) -> None:
        for receipt in self.receipts:
            if not self.reference_is_ours and "bank_reference" not in groups_of(receipt.pattern):
                raise ValueError("receipts: the pattern needs the group 'bank_reference'")
        if self.by_enquiry and self.receipts:
            raise ValueError("by_enquiry: a system that gives receipts is believed by them")
        if self.refusal and "code" not in groups_of(self.refusal):
            raise ValueError("refusal: the pattern needs the group 'code'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """How to get to a screen: an address below the origin, or clicks in a menu."""

    path: str = ""  # "/gl.pl?action=add&login={operator}": {operator} and other sign-on
    # values but the password; opened in the screen's frame
    menu: tuple[str, ...] = ()  # faces of links, clicked in order
    menu_frame: str = ""

    def __post_init__(self) -> None:
        if bool(self.path) == bool(self.menu):
            raise ValueError("exactly one of path and menu must be given")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenMap:
    """One screen of one system."""

    title: str  # the document title of its frame; we type nowhere else. {operator_name} and
    # other sign-on values but the password may stand in it
    frame: str = ""  # of system.toml; "": the page itself
    open: Open | None = None  # None: only an action leads here
    ready: tuple[Marker, ...] = ()  # all must be there
    never: tuple[Marker, ...] = ()  # none may be there: "Please wait"
    fields: dict[str, Field] = field(default_factory=dict)
    lines: Lines | None = None
    actions: dict[str, Action] = field(default_factory=dict)
    echoes: tuple[Says, ...] = ()  # each must be found exactly once in the frame's text
    line_echo: Says | None = None  # found once for each line of the item, in order
    answers: Answers = field(default_factory=Answers)
    table: Table | None = None

    @property
    def text_counts(self) -> bool:
        """Whether anything of the map is found in its text, not only in its controls."""
        known_by = any(marker.pattern for marker in (*self.ready, *self.never))
        answers = self.answers.receipts or self.answers.refusal or self.answers.by_enquiry
        return bool(self.echoes or self.line_echo or self.table or answers or known_by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Fill the screen, check what it shows, press the action."""

    screen: str
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUpTask:
    """Search and read the list: by our reference, or by the account of statements."""

    screen: str  # opened, filled with the item's values; of statements: account, first, last
    action: str
    list: str  # the screen with the table; may be the same
    again: str = ""  # the list's own action that asks for another reference: a page less to open


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """How one kind of item is keyed: the last step's action has the effect commit."""

    steps: tuple[Step, ...]
    look_up: LookUpTask


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionMap:
    """How to sign on, and how to tell that we no longer are."""

    sign_on: Step  # the screen's values: operator, password and the login's other ones
    signed_on: Marker
    notices: tuple[Step, ...] = ()  # pages that may come between sign-on and work
    expired: tuple[Marker, ...]
    unavailable: tuple[Marker, ...] = ()  # kicked out, maintenance
    refused: tuple[Marker, ...] = ()  # wrong password, locked: trying again would lock it
    dialogs: tuple[Dialog, ...] = ()  # may come at any time: broadcasts


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemMap:
    """One legacy system: the file system.toml."""

    title: str
    origins: tuple[str, ...]  # "http://127.0.0.1:*"; a base address must match one
    locale: Locale
    frames: dict[str, tuple[str, ...]] = field(default_factory=dict)  # path by frame name
    session: SessionMap
    tasks: dict[str, Task] = field(default_factory=dict)  # by kind of item: "payment" ...
    statements: LookUpTask | None = None  # how the statements of an account are listed
    lists: dict[str, LookUpTask] = field(default_factory=dict)  # what can be read as a whole: open
    # receipts, mandates ...; its table has a key, and its fields are constants or optional
    reference_is_searchable: bool = True
    heal: Literal["never", "text"] = "never"  # text: a text or select box whose name is gone may
    # be taken by its label path; money and accounts never


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """All maps of one system, checked against each other."""

    name: str  # the folder's
    map: SystemMap
    screens: dict[str, ScreenMap]
    folder: Path
