"""What a person finds at once: where it failed, what is unlike last time, what is not shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.console_support import Rig, a_console, fill, path_of, waiting_batch


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with a_console(tmp_path_factory.mktemp("finding") / "suite") as made:
        fill(made)
        yield made


def batch_of(item_id: str) -> str:
    return item_id.rpartition("-")[0]


def test_from_a_run_to_its_first_failure_and_to_the_step_that_stopped_it(rig: Rig) -> None:
    client, doubt = rig.client("olaf"), rig.names["doubt"]
    run = client.get(f"/batches/{batch_of(doubt)}").text
    assert f'href="/items/{doubt}#trouble"' in run
    story = client.get(f"/items/{doubt}").text
    (step,) = re.findall(r'<li id="trouble".*?</li>', story, re.DOTALL)
    assert "item_in_doubt" in step
    assert 'href="#trouble"' in story
    assert 'id="trouble"' not in client.get(f"/items/{rig.names['item']}").text
    calm = waiting_batch(rig, "calm.xlsx")
    assert "#trouble" not in client.get(f"/batches/{calm}").text


def test_a_run_leads_to_its_items_by_state_and_by_text(rig: Rig) -> None:
    client, run = rig.client("olaf"), f"/batches/{batch_of(rig.names['failed'])}"
    assert f'href="{run}?state=FAILED#items"' in client.get(run).text
    found = client.get(f"{run}?state=FAILED").text
    assert f'href="/items/{rig.names["failed"]}"' in found
    assert f'href="/items/{rig.names["ready"]}"' not in found
    found = client.get(f"{run}?text=window+died").text
    assert f'href="/items/{rig.names["failed"]}"' in found
    assert f'href="/items/{rig.names["ready"]}"' not in found


def test_every_step_tells_who_when_and_how_long_after_the_one_before(rig: Rig) -> None:
    story = rig.client("iris").get(f"/items/{rig.names['item']}").text
    steps = re.findall(r'<div class="when">.*?</div>', story, re.DOTALL)
    assert len(steps) == 3
    assert all("<time datetime=" in each for each in steps)
    assert all("+ " in each for each in steps[1:])
    assert story.count('class="rec"') == len(steps)  # each has its record, and that its proof


def test_whoever_decides_about_a_doubt_sees_what_the_bank_showed_and_three_answers(
    rig: Rig,
) -> None:
    path = f"/items/{rig.names['open']}"
    decides = rig.client("petra").get(path).text
    picture = re.search(r'<figure class="enquiry">.*?src="([^"]+)"', decides, re.DOTALL)
    assert picture is not None
    assert rig.client("petra").get(picture[1]).body.startswith(b"\xff\xd8\xff")
    answers = ("Ask the bank again", "It is not at the bank: key it", "It is booked under this")
    assert all(f">{each}</button>" in decides for each in answers)
    operates = rig.client("olaf").get(path).text
    assert 'class="enquiry"' not in operates
    assert [f">{each}</button>" in operates for each in answers] == [True, False, False]
    assert 'class="enquiry"' not in rig.client("petra").get(f"/items/{rig.names['held']}").text


def test_an_approver_sees_what_is_unlike_last_time_and_what_was_hidden(rig: Rig) -> None:
    last = waiting_batch(rig, "october.xlsx", count=3)
    page = rig.client("petra").get(f"/batches/{waiting_batch(rig, 'november.xlsx', count=5)}").text
    assert f'<a href="/batches/{last}">october.xlsx</a>' in page
    row = re.search(r'<th scope="row">items CZK</th>(.*?)</tr>', page)
    assert row is not None
    assert re.findall(r'<td class="num">([^<]*)</td>', row[1]) == ["5", "3", "+2"]
    assert re.search(r'<span class="code">hidden_rows</span> 2 hidden rows were read', page)
    assert ">finding</td>" in page  # the row that something was found on is in the sample


def test_config_is_shown_without_what_opens_anything(tmp_path: Path) -> None:
    secret = '[systems.other]\nbase_url = "http://bot:hunter2@127.0.0.1:9"\n'
    secret += '[[systems.other.logins]]\nname = "O"\nvalues = { operator = "O" }\n'
    secret += 'credential = "other-O"\n[systems.other.bounds]\nsource = "a test"\n'
    with a_console(tmp_path / "suite", more=secret) as rig:
        page = rig.client("olaf").get("/operate").text
    assert "hunter2" not in page
    assert "//…@127.0.0.1:9" in page
    assert "other-O" in page  # the name of a credential is none


def test_a_line_of_a_reconciliation_is_told_in_days_and_money(rig: Rig) -> None:
    """Not as the tables of the rules count them: days since 1970, cents."""
    path = f"/reconciliations/nostro/lines/bank/{b'B2'.hex()}"
    page = rig.client("petra").get(path).text
    facts = dict(re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", page))
    assert facts["day"] == "2018-03-03"
    assert facts["amount"] == "25.00"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", facts["since"])
    assert facts["account"] == "****CC01"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/schedules/often", "Operate"),
        ("/decisions/{decision}", "Reconciliations"),
        ("/arrivals/{arrival}", "Statements"),
        ("/figures", "Today"),
    ],
)
def test_the_page_of_now_is_marked_among_the_pages(rig: Rig, path: str, name: str) -> None:
    page = rig.client("petra").get(path_of(rig, path)).text
    assert re.findall(r'aria-current="page">([^<]+?)\s*<', page) == [name]
