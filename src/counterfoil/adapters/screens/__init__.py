"""Drive legacy screens through their maps. The only home of playwright.

Read in this order: session.py (one login), screen.py (one open screen), commit.py (the
one verb that moves money), guard.py (why its POST leaves once). resolve.py finds the
boxes, spelling.py knows how the system writes values; both are pure.
"""

from counterfoil.adapters.screens.browser import Chromium
from counterfoil.adapters.screens.commit import Answer, submit
from counterfoil.adapters.screens.login import FixedPassword, Login
from counterfoil.adapters.screens.screen import Screen, open_screen, still_open, wait_signed_on
from counterfoil.adapters.screens.session import (
    Session,
    SessionExpired,
    check_login,
)

__all__ = [
    "Answer",
    "Chromium",
    "FixedPassword",
    "Login",
    "Screen",
    "Session",
    "SessionExpired",
    "check_login",
    "open_screen",
    "still_open",
    "submit",
    "wait_signed_on",
]
