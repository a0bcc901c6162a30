"""docs/ASVS.md is true: each requirement has its test, or the reason why it does not apply."""

from __future__ import annotations

import re

from tests.intake_support import ROOT

#: The page may not be silent about one of these.
CORE = (
    "1.2.1 1.2.4 1.2.5 1.2.10 1.5.1 1.5.2 2.2.2 2.2.3 2.3.1 2.3.3 2.3.4 2.3.5 3.2.2 3.3.4 3.4.3 "
    "3.5.1 3.5.3 5.2.1 5.2.2 5.2.3 5.3.2 6.3.3 7.2.4 7.4.2 7.5.3 8.2.1 8.2.2 8.3.1 11.3.3 12.3.2 "
    "13.2.2 13.2.4 13.3.1 14.2.1 15.2.5 15.4.2 16.2.1 16.2.2 16.2.5 16.3.2 16.4.1 16.4.2 16.4.3 "
    "16.5.3"
)
LEVEL_3 = (
    "1.2.10 1.3.12 2.3.5 3.5.8 5.2.6 7.5.3 8.3.2 8.3.3 13.3.4 14.2.6 14.2.7 15.2.5 15.4.2 16.5.4"
)


def test_the_page_names_every_requirement_and_every_test_of_it() -> None:
    """docs/ASVS.md: what is tested is tested by a name that holds the id; the rest has a reason."""
    tested, reasons = page()
    names = names_of_tests()
    by_name = {each for name in names for each in ids_in(name)}
    assert len(CORE.split()) == 44
    assert set(CORE.split()) - set(tested) - set(reasons) == set(), (
        "the page does not speak of them"
    )
    assert set(LEVEL_3.split()) - set(tested) - set(reasons) == set()
    assert set(tested) & set(reasons) == set()
    for number, tests in tested.items():
        assert tests, f"{number} names no test"
        for each in tests:
            assert each in names, f"{number}: there is no {each}"
            assert number in ids_in(each), f"{number}: {each} does not hold its id"
    assert by_name - set(tested) == set(), "tests that the page does not name"
    assert not [number for number, why in reasons.items() if len(why) < 20]
    assert ids_in("test_asvs_16_4_1_and_16_2_2_a_reason_3_times") == ["16.4.1", "16.2.2"]


def page() -> tuple[dict[str, list[str]], dict[str, str]]:
    """Requirement -> its tests; requirement -> why it does not apply."""
    tested, reasons = {}, {}
    for line in (ROOT / "docs/ASVS.md").read_text("utf-8").splitlines():
        cells = [each.strip() for each in line.strip("|").split("|")]
        if not re.fullmatch(r"\d+\.\d+\.\d+", cells[0]):
            continue
        if len(cells) == 5:
            tested[cells[0]] = re.findall(r"test_asvs_\w+", cells[4])
        else:
            reasons[cells[0]] = cells[3]
    return tested, reasons


def names_of_tests() -> set[str]:
    texts = [path.read_text("utf-8") for path in (ROOT / "tests").glob("test_*.py")]
    return {each for text in texts for each in re.findall(r"^def (test_asvs_\w+)", text, re.M)}


def ids_in(name: str) -> list[str]:
    """``test_asvs_16_4_1_and_16_2_2_...`` -> 16.4.1 and 16.2.2."""
    told = re.match(r"test_asvs_(\d+_\d+_\d+(?:_and_\d+_\d+_\d+)*)_", name)
    assert told is not None, name
    return [each.replace("_", ".") for each in told[1].split("_and_")]
