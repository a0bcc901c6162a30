"""The scripts that run in the page, read once."""

from importlib.resources import files

_HERE = files(__package__)

LOOK = (_HERE / "look.js").read_text("utf-8")
TYPE = (_HERE / "type.js").read_text("utf-8")
MARK = "() => window.__seen || ''"  # what look.js called the page that is there
PRESS = (_HERE / "press.js").read_text("utf-8")
