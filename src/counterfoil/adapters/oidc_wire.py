"""The wire to an OpenID provider, and to nobody else. Home of requests.

No redirect is followed, no proxy or authority of the environment counts, no answer is longer
than BODY_MAX_BYTES or takes longer than it may.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from requests import PreparedRequest, Response, Session
from requests.adapters import HTTPAdapter

from counterfoil.domain.oidc_settings import OidcSettings
from counterfoil.errors import Unavailable

S = TypeVar("S", bound=Session)

BODY_MAX_BYTES = 512 * 1024
PATIENCE = 2.0  # an answer may take so many times what its beginning may


def fenced(session: S, settings: OidcSettings, root: Path) -> S:
    """*session*, which from now on reaches the provider's hosts alone."""
    parts = urlsplit(settings.issuer)
    session.trust_env = False  # no proxy, no .netrc, no authority of the environment
    session.verify = str(root / settings.ca) if settings.ca else True
    session.max_redirects = 0
    session.headers["User-Agent"] = "Counterfoil"
    session.adapters.clear()
    wire = _Wire(settings.answer_within_seconds)
    session.mount(f"{parts.scheme}://{parts.netloc}/", wire)
    for host in settings.hosts:
        session.mount(f"https://{host}/", wire)
    return session


def read_json(url: str, settings: OidcSettings, root: Path, *, bearer: str = "") -> dict[str, Any]:
    """The JSON object at *url*. Raises Unavailable: there is none, or not in time."""
    headers = {"Accept": "application/json"}
    if bearer:
        headers["Authorization"] = f"Bearer {bearer}"
    with fenced(Session(), settings, root) as session:
        try:
            answer = session.get(url, headers=headers)
            found = answer.json() if answer.status_code == 200 else None
        except (OSError, ValueError) as trouble:
            raise away(settings, trouble) from None
    if not isinstance(found, dict):
        said = f"answers {answer.status_code} and no JSON object"
        raise Unavailable(settings.issuer, said)
    return found


def away(settings: OidcSettings, trouble: Exception) -> Unavailable:
    """Its kind alone: what it says may hold a code or a token."""
    return Unavailable(settings.issuer, f"does not answer: {type(trouble).__name__}")


class _Wire(HTTPAdapter):
    """Answers that come in time, and are not longer than they may be."""

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self._seconds = seconds

    def send(self, request: PreparedRequest, *args: Any, **more: Any) -> Response:
        """Raises OSError: it is away, too slow, or too long."""
        ends_at = time.monotonic() + PATIENCE * self._seconds
        more |= {"stream": True, "timeout": self._seconds}
        response = super().send(request, *args, **more)
        content = b""
        while part := response.raw.read1(65_536, decode_content=True):
            content += part
            if len(content) > BODY_MAX_BYTES:
                response.close()
                raise OSError("longer than any answer that we want")
            if time.monotonic() > ends_at:
                response.close()
                raise TimeoutError("drop by drop")
        response._content = content
        response._content_consumed = True
        return response
