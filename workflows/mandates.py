"""Direct debits against mandates: each is allowed, or it is said what is wrong with it.

Into the folder goes ``mandates.xlsx``. The register is the one that ``control list`` reads
from the bank's own screen, or any workbook that ``selectors/sheets/mandates.toml`` maps.
"""

from __future__ import annotations

from pathlib import Path

from counterfoil.adapters.sheets.control_book import write_control
from counterfoil.adapters.sheets.entry_rows import read_records
from counterfoil.adapters.sheets.mandates_book import mandates_report
from counterfoil.domain.mandates import DirectDebit, Mandate, MandateControl, MandateRules
from counterfoil.errors import Quarantined, SetupError
from counterfoil.rules.mandates import control_mandates
from counterfoil.toml_records import load_record


def control_files(
    debits: Path, mandates: Path, rules: Path, *, maps: Path, into: Path
) -> MandateControl:
    """Judge the direct debits in *debits* by the register in *mandates*; write the workbook.

    Args:
        maps: ``selectors/sheets``.

    Raises:
        Quarantined: A file is not right as a whole; nothing is written.
        SetupError: Rules or maps are wrong; nothing is written.
    """
    goes_by = load_record(MandateRules, rules, error=SetupError)
    presented = read_records(DirectDebit, debits, maps / "direct_debits.toml")
    register = read_records(Mandate, mandates, maps / "mandates.toml")
    try:
        control = control_mandates(presented, register, goes_by)
    except ValueError as trouble:
        raise Quarantined("not_right", str(trouble), remedy="mend it and run it again") from None
    read = {
        side: [(each.currency, each.amount) for each in presented if each.direction == side]
        for side in ("IN", "OUT")
    }
    facts = (("Direct debits", debits.name), ("Register", mandates.name), ("Rules", rules.name))
    write_control(into / "mandates.xlsx", mandates_report(control, facts, read))
    return control
