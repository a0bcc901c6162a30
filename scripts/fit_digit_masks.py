"""Fit the masks of adapters/statement_pdf/masks.py to the fonts of this machine.

    python scripts/fit_digit_masks.py FONT_FOLDER > src/counterfoil/adapters/statement_pdf/masks.py

One mask per sign, by softmax regression over every font in which all of them look
different. Each is drawn several times: moved, stretched and blurred a little, because a
page is rendered at whole pixels.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Sequence
from operator import mul
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from counterfoil.adapters.statement_pdf.shapes import CELLS, cells_of

ALPHABETS = {"digits": "0123456789", "signs": "+()CDSHR"}
HEAD = '''"""Masks by which a drawn sign is told; made by scripts/fit_digit_masks.py.

Fitted to {fonts} open fonts. Of each sign its mask, the weight of each cell and last the bias
(thousandths, two bytes each), and a few usual shapes (hundredths, a byte a cell).
"""
'''
EVERY = "".join(ALPHABETS.values())
SIZE = 96  # pixels of the fonts drawn here
DRAWINGS = 5  # of each sign of each font
USUAL_SHAPES = 4  # of each sign that are kept
ROUNDS = 30
Sample = tuple[int, tuple[float, ...]]


def main(folder: Path) -> None:
    """Print the module."""
    fonts = [font for path in sorted(folder.rglob("*.[to]t[fc]")) if (font := usable(path))]
    masks: dict[str, dict[str, list[float]]] = {}
    looks: dict[str, list[list[float]]] = {}
    for name, alphabet in ALPHABETS.items():
        samples = list(drawn(fonts, alphabet))
        masks[name] = dict(zip(alphabet, fitted(samples, len(alphabet)), strict=True))
        looks |= dict(zip(alphabet, usual(samples, len(alphabet)), strict=True))
    sys.stdout.write(module(len(fonts), masks, looks))


def module(
    fonts: int, masks: dict[str, dict[str, list[float]]], looks: dict[str, list[list[float]]]
) -> str:
    """The text of masks.py."""
    lines = [HEAD.format(fonts=fonts), "MASKS: dict[str, dict[str, str]] = {"]
    for name, each in masks.items():
        lines.append(f'    "{name}": {{')
        for sign, mask in each.items():
            packed = b"".join(
                round(weight * 1000).to_bytes(2, "big", signed=True) for weight in mask
            )
            lines += [f'        "{sign}": (', *texts(packed), "        ),"]
        lines.append("    },")
    lines += ["}", "", "USUAL: dict[str, tuple[str, ...]] = {"]
    for sign, shapes in looks.items():
        lines.append(f'    "{sign}": (')
        for shape in shapes:
            packed = b"".join(round(cell * 100).to_bytes(1, "big", signed=True) for cell in shape)
            first, *others = texts(packed)
            lines += [first, *others[:-1], f"{others[-1]},"]
        lines.append("    ),")
    return "\n".join([*lines, "}", ""])


def texts(packed: bytes) -> list[str]:
    """Hexadecimal text in pieces of a line."""
    digits = packed.hex()
    return [f'            "{digits[at : at + 80]}"' for at in range(0, len(digits), 80)]


def usable(path: Path) -> ImageFont.FreeTypeFont | None:
    """The font, if it has all signs and they differ."""
    try:
        font = ImageFont.truetype(str(path), SIZE)
        shapes = {cells_of(picture(font, sign), bounds(font, sign)) for sign in EVERY}
    except (OSError, ValueError):
        return None
    tall = bounds(font, "1")
    wide = bounds(font, "0")
    dingbats = tall[3] - tall[1] < SIZE // 3 or wide[3] - wide[1] < SIZE // 3
    return font if len(shapes) == len(EVERY) and not dingbats else None


def picture(font: ImageFont.FreeTypeFont, sign: str) -> Image.Image:
    image = Image.new("L", (SIZE * 2, SIZE * 2), 255)
    ImageDraw.Draw(image).text((SIZE // 2, SIZE // 3), sign, font=font, fill=0)
    return image


def bounds(font: ImageFont.FreeTypeFont, sign: str) -> tuple[int, int, int, int]:
    box = picture(font, sign).point([255] * 128 + [0] * 128).getbbox()
    if box is None:
        raise ValueError("nothing is drawn")
    return box


def drawn(fonts: list[ImageFont.FreeTypeFont], alphabet: str) -> Iterator[Sample]:
    dice = Random(7)  # noqa: S311 - the same masks again
    for font in fonts:
        for number, sign in enumerate(alphabet):
            image, box = picture(font, sign), bounds(font, sign)
            for _ in range(DRAWINGS):
                yield number, cells_of(blurred(image, dice), moved(box, dice))


def blurred(image: Image.Image, dice: Random) -> Image.Image:
    if dice.random() < 0.5:
        return image.filter(ImageFilter.GaussianBlur(dice.uniform(0.5, 4)))
    return image


def moved(box: tuple[int, ...], dice: Random) -> tuple[float, float, float, float]:
    """By up to a twentieth of the height: a pixel of 20."""
    reach = (box[3] - box[1]) / 20
    left, top, right, bottom = (edge + dice.uniform(-reach, reach) for edge in box)
    return left, top, max(right, left + 2), max(bottom, top + 2)


def fitted(samples: list[Sample], count: int) -> list[list[float]]:
    """Softmax regression by plain stochastic descent."""
    dice = Random(8)  # noqa: S311
    masks = [[0.0] * (CELLS + 1) for _ in range(count)]
    for turn in range(ROUNDS):
        dice.shuffle(samples)
        rate = 2.0 / (1 + turn / 4)
        for right, cells in samples:
            seen = (*cells, 0.1)
            scores = [sum(map(mul, mask, seen)) for mask in masks]
            most = max(scores)
            shares = [math.exp(score - most) for score in scores]
            total = sum(shares)
            for number, mask in enumerate(masks):
                wrong = shares[number] / total - (number == right)
                if abs(wrong) > 0.002:
                    masks[number] = [w - rate * wrong * x for w, x in zip(mask, seen, strict=True)]
    return masks


def usual(samples: list[Sample], count: int) -> list[list[list[float]]]:
    """A few usual shapes of each sign: the middles of its clusters."""
    return [clustered([cells for number, cells in samples if number == n]) for n in range(count)]


def clustered(shapes: Sequence[Sequence[float]]) -> list[list[float]]:
    """Plain k-means, begun with the shapes that are least alike."""
    middles: list[list[float]] = [middle(shapes)]
    while len(middles) < USUAL_SHAPES:
        farthest = min(shapes, key=lambda each: nearness(each, middles))
        middles.append(list(farthest))
    for _ in range(10):
        groups: list[list[Sequence[float]]] = [[] for _ in middles]
        for each in shapes:
            groups[max(range(len(middles)), key=lambda at: alike(each, middles[at]))].append(each)
        middles = [middle(group) for group in groups if group]
    return middles


def alike(one: Sequence[float], two: Sequence[float]) -> float:
    return float(sum(map(mul, one, two)))


def nearness(shape: Sequence[float], middles: list[list[float]]) -> float:
    return max(alike(shape, each) for each in middles)


def middle(shapes: Sequence[Sequence[float]]) -> list[float]:
    total = [sum(cells) for cells in zip(*shapes, strict=True)]
    length = math.sqrt(sum(map(mul, total, total)))
    return [each / length for each in total]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
