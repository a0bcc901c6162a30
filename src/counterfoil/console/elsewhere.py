"""Sign-on with an OpenID provider, as far as a console remembers it: minutes, and in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from counterfoil.config import ConsoleSettings
from counterfoil.console.keeping import Once
from counterfoil.domain.identities import Identity
from counterfoil.domain.oidc_settings import OidcSettings
from counterfoil.domain.people import Account, Invitation, Role
from counterfoil.site import Site
from counterfoil.store.identity_ledger import IdentityLedger

if TYPE_CHECKING:
    from counterfoil.adapters.oidc_provider import Begun, Provider

FLOW_SECONDS = 600
KEPT = 2_000  # sign-ons on their way at a time
TRIES = 5  # codes for one word of the provider
CALLBACK = "/oidc/callback"  # of our address: what is registered at the provider


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """Somebody who was sent to the provider."""

    begun: Begun
    to: str  # where they wanted to go
    again: str  # SHA-256 of the session that is to be confirmed; "": a new one is to begin


@dataclass(frozen=True, slots=True, kw_only=True)
class Half:
    """Somebody whom the provider knows, and whose second factor is still to be seen."""

    identity: Identity
    name: str  # of the account
    invitation: Invitation | None  # that is taken up; None: the account is there
    role: Role | None  # that their groups give; None: as it is
    second: str  # a new second factor; "": the account's own
    to: str
    tries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """The provider of config.toml, and who is on the way."""

    settings: OidcSettings
    provider: Provider
    ledger: IdentityLedger
    begun: Once[Away]  # by the SHA-256 of the browser's cookie
    halves: Once[Half]  # likewise

    def confirms(self, account: Account) -> bool:
        """Whether *account* shows its second factor at the provider, and not to us."""
        return self.settings.shows_second and account.issuer == self.settings.issuer


def redirect_uri(settings: ConsoleSettings) -> str:
    """What is registered at the provider, where it does not depend on a free port."""
    return (settings.address or f"http://127.0.0.1:{settings.port}") + CALLBACK


def open_elsewhere(site: Site) -> Elsewhere | None:
    """None: there is no [console.oidc]. Raises SetupError: its packages are not installed."""
    settings = site.suite.config.console.oidc
    if settings is None:
        return None
    from counterfoil.site.provider import provider_of  # what it loads takes a third of a second

    return Elsewhere(
        settings=settings,
        provider=provider_of(site.suite, settings, site.secrets, site.ledger.now),
        ledger=IdentityLedger.beside(site.ledger),
        begun=Once(KEPT, FLOW_SECONDS),
        halves=Once(KEPT, FLOW_SECONDS),
    )
