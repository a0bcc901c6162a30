"""The OpenID provider that config.toml names. Loaded by those who have one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from counterfoil.adapters.secrets import Secrets
from counterfoil.config import Suite
from counterfoil.domain.oidc_settings import OidcSettings
from counterfoil.errors import SetupError

try:
    from counterfoil.adapters.oidc_provider import Provider
except ImportError as trouble:
    raise SetupError(f"[console.oidc] needs: pip install 'counterfoil[oidc]' ({trouble})") from None


def provider_of(
    suite: Suite, settings: OidcSettings, secrets: Secrets, now: Callable[[], datetime]
) -> Provider:
    """Ready to be asked; its secret is read anew at each sign-on."""
    return Provider(settings, lambda: secrets.get(settings.credential), root=suite.root, now=now)
