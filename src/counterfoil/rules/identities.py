"""What is believed of a provider's word: role, second factor, how long ago. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from counterfoil.domain.identities import SKEW, Proven
from counterfoil.domain.people import Role
from counterfoil.errors import Refused


def role_of(proven: Proven, roles: Mapping[str, str]) -> Role | None:
    """The role that their groups give; None: config.toml maps none, so ours stays.

    Raises:
        Refused: "no_role" or "two_roles": duties that are kept apart are not put together.
    """
    if not roles:
        return None
    found = sorted({roles[each] for each in proven.groups if each in roles})
    if not found:
        raise Refused("no_role", "none of their groups has a role in [console.oidc] roles")
    if len(found) > 1:
        raise Refused("two_roles", f"their groups give more than one role: {', '.join(found)}")
    return Role(found[0])


def check_second(proven: Proven, amr: Sequence[str], acr: Sequence[str]) -> None:
    """Raises Refused, "second_factor": the provider does not say that they showed one."""
    if proven.acr not in acr and not set(proven.amr) & set(amr):
        said = f"amr {', '.join(proven.amr) or 'none'}; acr {proven.acr or 'none'}"
        raise Refused("second_factor", f"the provider shows no second factor: {said}")


def check_recent(proven: Proven, since: datetime) -> datetime:
    """When they signed on anew. Raises Refused, "not_again": not since *since*, or unsaid."""
    at = proven.signed_on_at
    if at is None:
        raise Refused("not_again", "the provider sends no auth_time: was it asked again, and when")
    if at < since - SKEW:
        raise Refused("not_again", f"the provider did not ask again: auth_time is {at.isoformat()}")
    return at
