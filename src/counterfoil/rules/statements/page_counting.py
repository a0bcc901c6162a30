"""``Page 2 of 5``: which page of how many each page of the file says that it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from counterfoil.rules.statements.folding import folded
from counterfoil.rules.statements.lines import Line


@dataclass(frozen=True, slots=True)
class PageCount:
    """``Page 2 of 5``, as printed on a page of the file."""

    page: int  # of the file
    number: int
    total: int


_PAGE = re.compile(
    r"(?<!\w)(?:page|pag\.?|pagina|seite|blatt|sheet|side|sida|sivu|strona|strana|oldal|sayfa|sid|"
    r"p\.?|pg\.?|hal\.?|halaman|muka surat|"
    r"σελ\w*|стр\w*|лист|页|頁|หน้า|페이지|feuille|hoja|folha|foglio|blad)\s*(?:number|no\.?|"
    r"nr\.?)?\s*:?\s*"
    r"(\d{1,4})\s*(?:/|of|von|de|sur|di|van|av|af|z|ze|/|από|из|dari|daripada|"
    r"out of)\s*(\d{1,4})(?!\d)|"
    r"第\s*(\d+)\s*[页頁]\s*[,，/]?\s*共\s*(\d+)|(?<![\d/.])(\d{1,3})\s*/\s*(\d{1,3})\s*(?:页|頁|"
    r"ページ|페이지)|(?<!\w)(\d{1,3}) of (\d{1,3})$"
)


_DIGIT = re.compile(r"\d")


def page_counts(lines: Sequence[Line]) -> tuple[PageCount, ...]:
    """Every "page x of y" of the document."""
    found = []
    for line in lines:
        text = folded(line.text)
        if len(text) > 220 or _DIGIT.search(text) is None:
            continue
        if hit := _PAGE.search(text):
            number, total = (int(each) for each in hit.groups() if each is not None)
            if 1 <= number <= total <= 2_000:
                found.append(PageCount(line.row.page, number, total))
    return tuple(found or _bare_counts(lines))


_BARE = re.compile(r"(?:^|.* )(\d{1,3}) ?/ ?(\d{1,3})")
MARGIN = 3  # rows at the top and at the foot of a page


def _bare_counts(lines: Sequence[Line]) -> Sequence[PageCount]:
    """``2/3`` at the edge of every page, without a word; one page says it on a line of its own."""
    pages: dict[int, list[Line]] = {}
    for line in lines:
        pages.setdefault(line.row.page, []).append(line)
    found = []
    for page, inside in pages.items():
        edge = inside[:MARGIN] + inside[-MARGIN:]
        hits = [hit for line in edge if (hit := _BARE.fullmatch(line.text)) is not None]
        hits = [hit for hit in hits if len(pages) > 1 or hit.start(1) == 0]
        if not hits:
            return ()
        found.append(PageCount(page, int(hits[-1][1]), int(hits[-1][2])))
    numbers = [count.number for count in found]
    same = len({count.total for count in found}) == 1 and found[0].total >= len(found)
    rising = all(two == one + 1 for one, two in pairwise(numbers))
    whole = numbers[0] >= 1 and numbers[-1] <= found[0].total
    return found if same and rising and whole else ()
