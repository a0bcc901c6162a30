"""Messages to people, by whatever an Apprise URL can reach. Home of apprise.

An Apprise URL holds passwords and tokens: it is a secret, and what is shown of it is the
scheme and the host. What Apprise itself says of trouble passes the redactor, which knows
all that Apprise hides of the URL. It is loaded when the first message goes: a fifth of a
second that no start has to pay.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from counterfoil.domain.secrets import Redactor, Secret
from counterfoil.errors import SetupError, Unavailable

if TYPE_CHECKING:
    from apprise import NotifyBase

_SAID_MAX = 300  # characters of a trouble that are kept
_PARTS = re.compile(r"[/:@?&=#,]+")
_TOKEN_MIN = 16  # a part of a path that is so long is one, whatever Apprise thinks


def check_url(name: str, url: Secret, redactor: Redactor) -> str:
    """What may be shown of the address *name*. Raises SetupError: it is no Apprise URL."""
    with url.reveal() as text:
        return _shown(_service(name, text, redactor))


def is_plain(name: str, url: str) -> bool:
    """Whether *url* holds nothing secret. Raises SetupError: it is no Apprise URL."""
    return not _hidden(_service(name, url, Redactor())) and "?+" not in url and "&+" not in url


def send(name: str, url: Secret, title: str, body: str, *, redactor: Redactor) -> None:
    """Hand one message to the address *name*; returns when its receiver took it.

    Raises:
        SetupError: It is no Apprise URL.
        Unavailable: The receiver did not take it, or nobody knows whether it did.
    """
    from apprise import Apprise, AppriseAsset, NotifyFormat

    with url.reveal() as text:
        sender = Apprise(asset=AppriseAsset(async_mode=False, secure_logging=True))
        sender.add(_service(name, text, redactor))
        with _hearing() as heard:
            taken = sender.notify(
                body=body, title=title, body_format=NotifyFormat.TEXT, interpret_escapes=False
            )
    if not taken:
        said = " ".join(" ".join(heard).split()) or "it did not take the message"
        raise Unavailable(f"alert address {name}", redactor.text(said)[:_SAID_MAX])


class _Heard(logging.Handler):
    """Keeps what is warned of."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


@contextmanager
def _hearing() -> Iterator[list[str]]:
    """What Apprise warns of while the block runs goes here, and nowhere else."""
    logger, heard = logging.getLogger("apprise"), _Heard()
    logger.propagate = False
    logger.addHandler(heard)
    try:
        yield heard.said
    finally:
        logger.removeHandler(heard)


def _service(name: str, text: str, redactor: Redactor) -> NotifyBase:
    """The one that *text* means; the redactor knows all of it that is secret from here on."""
    from apprise import Apprise, OverflowMode

    redactor.learn(text)
    with _hearing():
        service = Apprise.instantiate(text, suppress_exceptions=True)
    if service is None:
        raise SetupError(
            f"alerts: addresses: {name}: it is no Apprise URL, such as"
            " mailtos://user:password@smtp.bank.example?to=ops@bank.example"
        )
    service.overflow_mode = OverflowMode.SPLIT  # a long message is several, not an error
    for each in _hidden(service):
        redactor.learn(each)
    return service


def _hidden(service: NotifyBase) -> set[str]:
    """The parts of its URL that Apprise would not show, and those that look like tokens."""
    plain, shown = _url(service, privacy=False), _url(service, privacy=True)
    seen = set(_PARTS.split(shown))
    found = {unquote(each) for each in _PARTS.split(plain) if each not in seen}
    path = urlsplit(plain).path
    return found | {unquote(each) for each in _PARTS.split(path) if len(each) >= _TOKEN_MIN}


def _shown(service: NotifyBase) -> str:
    """Scheme and host: what a person needs to know it by."""
    parts = urlsplit(_url(service, privacy=True))
    return f"{parts.scheme}://{parts.netloc}/…"


def _url(service: Any, *, privacy: bool) -> str:
    return str(service.url(privacy=privacy))
