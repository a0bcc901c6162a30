"""One page about a reconciliation, for somebody who opens no workbook: HTML and nothing else.

No script, no font, no picture from elsewhere. It prints on one A4 page, and a telephone shows
it without scrolling sideways: bars are SVG drawn in per cent, so that their texts keep their
size.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from counterfoil.domain.reconciliation_report import BreakCount, Report, RuleCount, in_money, share

#: Rows of a list that fit on the page; the workbook has them all.
ROWS_MAX = 14
TOTALS_MAX = 6
DIFFERENCES_MAX = 5

CONFIRMED, SILENT, OPEN = "#4f8a3c", "#7ba7d6", "#e0a44a"
SIDES = ("bank", "ledger")
AGES = ("#a9c4e4", "#6f9bd1", "#e0a44a", "#c0504d")  # from the youngest to the oldest

_STYLE = """
:root { color-scheme: light; --ink: #1d2733; --soft: #5b6875; --line: #d9dfe6; --head: #1f3864; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1.2rem; color: var(--ink); background: #fff;
  font: 15px/1.4 system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif;
  -webkit-print-color-adjust: exact; print-color-adjust: exact; }
header { display: flex; flex-wrap: wrap; gap: .4rem 1rem; align-items: baseline;
  border-bottom: 3px solid var(--head); padding-bottom: .6rem; }
h1 { font-size: 1.45rem; margin: 0; color: var(--head); }
h2 { font-size: 1.02rem; margin: 1.3rem 0 .5rem; color: var(--head); }
.proved { background: #c6e0b4; border-radius: 1rem; padding: .1rem .8rem; font-weight: 600; }
.facts { color: var(--soft); margin: .6rem 0 0; font-size: .87rem; overflow-wrap: anywhere; }
.tiles { display: grid; gap: .7rem; margin-top: 1rem;
  grid-template-columns: repeat(auto-fit, minmax(8.2rem, 1fr)); }
.tile { border: 1px solid var(--line); border-radius: .5rem; padding: .5rem .8rem; }
.tile b { display: block; font-size: 1.45rem; line-height: 1.2;
  font-variant-numeric: tabular-nums; }
.tile span { color: var(--soft); font-size: .85rem; }
table { border-collapse: collapse; width: 100%; font-size: .87rem;
  font-variant-numeric: tabular-nums; }
th { text-align: right; color: #fff; background: var(--head); font-weight: 600; }
th, td { padding: .28rem .55rem; }
td { text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
.minus { color: #b3261e; }
.two { display: grid; grid-template-columns: 1fr 1fr; gap: 0 2.2rem; align-items: start; }
.bar { margin: .35rem 0; font-size: .87rem; }
.bar div { display: flex; justify-content: space-between; gap: .6rem; }
.bar div span:last-child { font-variant-numeric: tabular-nums; white-space: nowrap; }
.bar svg { display: block; width: 100%; height: 11px; background: #f0f3f6; border-radius: 2px; }
.key { color: var(--soft); font-size: .82rem; margin: .5rem 0 0; }
.key span, h1 span { white-space: nowrap; }
.key i { display: inline-block; width: .75rem; height: .75rem; border-radius: 2px;
  margin-right: .3rem; vertical-align: -1px; }
.more, footer { color: var(--soft); font-size: .82rem; }
footer { border-top: 1px solid var(--line); margin-top: 1.3rem; padding-top: .5rem; }
@media (max-width: 40rem) {
  body { padding: .9rem; }
  .two { grid-template-columns: 1fr; }
  thead { display: none; }
  tr { display: block; border: 1px solid var(--line); border-radius: .5rem; margin-bottom: .6rem;
    padding: .2rem .7rem; }
  td { display: flex; justify-content: space-between; gap: 1rem; padding: .22rem 0; }
  td:first-child { font-weight: 700; }
  td:last-child { border-bottom: 0; }
  td::before { content: attr(data-head); color: var(--soft); font-weight: 400; }
}
@page { size: A4; margin: 11mm 13mm; }
@media print {
  html { font-size: 11.5px; }
  body { font-size: 1rem; padding: 0; max-width: none; }
  .two { grid-template-columns: 1fr 1fr; }
  .tiles { grid-template-columns: repeat(5, 1fr); }
  h2 { margin-top: .9rem; }
  section, .bar, tr { break-inside: avoid; }
}
"""


def write_page(target: Path, report: Report) -> None:
    """Write the page to *target*."""
    target.write_text(page_of(report), "utf-8")


def page_of(report: Report) -> str:
    """The page of *report*: the same report is the same text."""
    title = f"Reconciliation as of {report.as_of}"
    parts = (
        _header(report),
        _tiles(report),
        _proof(report),
        f'<div class="two"><div>{_matched(report)}{_differences(report)}</div>'
        f"{_open(report)}</div>",
        "<footer>Every line of both sides is in exactly one match or open exactly once; a run "
        "whose totals do not add up writes no page. What was matched and why, every open line "
        "and what may belong to it: reconciliation.xlsx.</footer>",
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body>\n</html>\n"
    )


def _header(report: Report) -> str:
    facts = (*report.facts, ("Days", f"{report.first} to {report.last}"))
    told = " &middot; ".join(f"{escape(label)}: {escape(text)}" for label, text in facts)
    return (
        f"<header><h1>Reconciliation as of <span>{report.as_of}</span></h1>"
        '<span class="proved">totals proved to the cent</span>'
        f'</header>\n<p class="facts">{told}</p>'
    )


def _tiles(report: Report) -> str:
    open_lines = sum(each.count for each in report.breaks)
    oldest = sum(each.by_age[-1] for each in report.breaks)
    tiles = (
        *((_matched_share(report, side), f"of the {side}'s lines matched") for side in SIDES),
        (f"{open_lines:,}", f"lines open, {oldest:,} of them {report.buckets[-1]}"),
        (f"{report.proposals:,}", "bank lines to decide, with proposals"),
        (f"{report.vouchers:,}", "vouchers proposed"),
    )
    shown = (f'<div class="tile"><b>{each}</b><span>{said}</span></div>' for each, said in tiles)
    return f'<div class="tiles">{"".join(shown)}</div>'


def _matched_share(report: Report, side: str) -> str:
    those = [each for each in report.totals if each.side == side]
    return share(sum(each.matched_count for each in those), sum(each.count for each in those))


def _proof(report: Report) -> str:
    heads = ("Side", "Lines", "Sum", "Matched", "Sum matched", "Open", "Sum open")
    rows = [
        (
            f"{each.side.capitalize()} {escape(each.currency)}",
            *(f"{each.count:,}", _money(each.sum)),
            *(f"{each.matched_count:,}", _money(each.matched_sum)),
            *(f"{each.open_count:,}", _money(each.open_sum)),
        )
        for each in report.totals
    ]
    title = "Proof of totals: matched and open are the input"
    return _section(title, _table(heads, rows[:TOTALS_MAX]), left=len(rows) - TOTALS_MAX)


def _matched(report: Report) -> str:
    """How sure the matches are, in lines of each side."""
    bars = []
    for side in SIDES:
        lines = {each.tier: _lines_of(each, side) for each in report.tiers()}
        whole = sum(each.count for each in report.totals if each.side == side)
        silent = lines.get("confirmed-silent", 0)
        sure = sum(lines.values()) - silent
        parts = ((sure, CONFIRMED), (silent, SILENT), (whole - sure - silent, OPEN))
        said = f"{sure + silent:,} of {whole:,}"
        bars.append(_bar(side.capitalize(), said, parts, whole))
    key = _key((("confirmed", CONFIRMED), ("silent", SILENT), ("open", OPEN)))
    return _section("Matched, by how sure it is", "".join(bars) + key)


def _lines_of(tier: RuleCount, side: str) -> int:
    return tier.bank_lines if side == "bank" else tier.ledger_lines


def _open(report: Report) -> str:
    ranked = sorted(report.breaks, key=lambda each: (-each.count, each.side, each.kind))
    whole = max((each.count for each in ranked), default=1)
    oldest, buckets = len(AGES) - 1, len(report.buckets)
    colours = [AGES[at * oldest // (buckets - 1)] for at in range(buckets)]
    bars = (_open_bar(each, colours, whole) for each in ranked[:ROWS_MAX])
    key = _key(tuple(zip(report.buckets, colours, strict=True)))
    shown = "".join(bars) + key if ranked else "<p>Nothing is open.</p>"
    return _section("Open, by class and age", shown, left=len(ranked) - ROWS_MAX)


def _open_bar(each: BreakCount, colours: Sequence[str], whole: int) -> str:
    label = f"{each.side.capitalize()}: {each.kind}"
    said = f"{each.count:,} &middot; {_money(each.sum)} {escape(each.currency)}"
    return _bar(label, said, tuple(zip(each.by_age, colours, strict=True)), whole)


def _differences(report: Report) -> str:
    if not report.differences:
        return ""
    rows = [
        (escape(each.cause), escape(each.currency), f"{each.matches:,}", _money(each.cents))
        for each in sorted(report.differences, key=lambda each: -abs(each.cents))
    ]
    table = _table(("Cause", "Currency", "Matches", "Sum"), rows[:DIFFERENCES_MAX])
    title = "Differences, bank less ledger"
    return _section(title, table, left=len(rows) - DIFFERENCES_MAX)


def _bar(label: str, said: str, parts: Iterable[tuple[int, str]], whole: int) -> str:
    """One bar of SVG, its parts beside each other; lengths are thousandths of *whole*."""
    drawn, begin = [], 0
    for count, colour in parts:
        length = 1000 * count // max(whole, 1)
        drawn.append(
            f'<rect x="{_per_cent(begin)}" width="{_per_cent(length)}" height="11" '
            f'fill="{colour}"/>'
        )
        begin += length
    name = escape(label)
    return (
        f'<div class="bar"><div><span>{name}</span><span>{said}</span></div>'
        f'<svg role="img"><title>{name}</title>{"".join(drawn)}</svg></div>'
    )


def _per_cent(thousandths: int) -> str:
    return f"{thousandths // 10}.{thousandths % 10}%"


def _key(names: Iterable[tuple[str, str]]) -> str:
    shown = (
        f'<span><i style="background:{colour}"></i>{escape(name)}</span>' for name, colour in names
    )
    return f'<p class="key">{" &ensp; ".join(shown)}</p>'


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Args: rows: cells as HTML."""
    head = "".join(f"<th>{escape(each)}</th>" for each in heads)
    body = "".join(
        "<tr>"
        + "".join(
            f'<td data-head="{escape(name)}">{cell}</td>'
            for name, cell in zip(heads, row, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _section(title: str, content: str, *, left: int = 0) -> str:
    more = f'<p class="more">and {left} more: see the workbook</p>' if left > 0 else ""
    return f"<section><h2>{escape(title)}</h2>{content}{more}</section>"


def _money(cents: int) -> str:
    text = in_money(cents)
    return f'<span class="minus">{text}</span>' if cents < 0 else text
