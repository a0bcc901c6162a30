"""What people decide, as command line and console both have it done: config.toml's rules first.

The ledger checks once more what is stored; it does not know who is whose alias.
"""

from __future__ import annotations

from counterfoil.domain.approvals import Approval
from counterfoil.rules.approval import check_approver, check_not_maker
from counterfoil.site import Site, approval_policy
from counterfoil.store.deciding import Word
from counterfoil.store.reading import BatchRow


def approve_batch(
    site: Site, row: BatchRow, person: str, digest: str, items: int | None = None
) -> Approval:
    """Let a waiting batch be keyed; *digest* is of what *person* saw, *items* how many waited.

    Raises:
        Refused: By config.toml or by the ledger; nothing is changed.
    """
    who = check_approver(
        approver=person,
        maker=row.maker,
        shown=digest,
        digest=row.digest,
        policy=approval_policy(site.suite),
    )
    return site.ledger.approve(row.batch_id, approver=who, digest=digest, items=items)


def release_item(site: Site, item_id: str, word: Word) -> None:
    """Have an item keyed (again): *word* vouches that it is not at the bank.

    Raises:
        Refused: "four_eyes" also under another spelling of the maker; nothing is changed.
    """
    maker = site.ledger.maker_of(item_id)
    if maker is not None:
        check_not_maker(decider=word.person, maker=maker, policy=approval_policy(site.suite))
    site.ledger.release(item_id, word)
