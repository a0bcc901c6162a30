"""Words over a column of balances, or beside an end, that say of themselves: this is owed."""

from __future__ import annotations

import re
from collections.abc import Iterable

from counterfoil.rules.statements.events import Event
from counterfoil.rules.statements.folding import folded
from counterfoil.rules.statements.terms import Role

_OWED = re.compile(
    r"(?<!\w)(?:ow(?:ed|ing)|(?:amount|balance) due|(?:loan|mortgage|principal) balance|"
    r"balance of (?:the )?(?:loan|mortgage)|outstanding (?:loan|mortgage|principal)|restschuld|"
    r"schuld(?:en)?(?:saldo|stand|betrag)|darlehens(?:stand|saldo)|skyldig|restgjeld|gjeld|"
    r"restgael?d|gael?d|skuld|restskuld|lan(?:e)?saldo|lainan saldo|adeudad[oa]|adeudo|"
    r"saldo deudor|deuda|capital pendiente|saldo devedor|divida|debito residuo|"
    r"capitale residuo|restant du|zadluzeni\w*|dluzna|nesplacen\w*|tartozas\w*|kalan borc|"
    r"kalan anapara|openstaande? (?:schuld|bedrag)|opgenomen bedrag|uitstaand\w*|"
    r"solde en notre faveur|verschuldigd|datorat|zaduzenj\w*)(?!\w)|"
    r"задолженност|заборгован|残債|借入残高|未偿|未償|欠款|대출잔액"
)


def says_owed(text: str) -> bool:
    """Whether *text*, a heading over balances or what an end is called, says they are owed."""
    return _OWED.search(folded(text)) is not None


def heads_owed(events: Iterable[Event]) -> bool:
    """Whether the balances of *events* stand in a column that is headed so."""
    tables = {id(event.table): event.table for event in events}.values()
    return any(
        column.role in (Role.BALANCE, None) and says_owed(column.text)
        for table in tables
        for column in table.columns
    )
