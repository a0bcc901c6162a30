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

ALPHABETS = ("0123456789", "+()CDSHR")
SIZE = 96  # pixels of the fonts drawn here
DRAWINGS = 5  # of each sign of each font
USUAL_SHAPES = 4  # of each sign that are kept
ROUNDS = 30
Sample = tuple[int, tuple[float, ...]]


def main(folder: Path) -> None:
    """Print the module."""
    fonts = [font for path in sorted(folder.rglob("*.[to]t[fc]")) if (font := usable(path))]
    say = sys.stdout.write
    say('"""Masks by which a drawn sign is told; made by scripts/fit_digit_masks.py.\n\n')
    say(
        f"Fitted to {len(fonts)} open fonts. Of each sign: its mask (the weight of each cell, and\n"
    )
    say("last the bias, in thousandths) and a few usual shapes (in hundredths).\n")
    say('"""\n\n# fmt: off\n')
    say("MASKS: dict[str, dict[str, tuple[int, ...]]] = {\n")
    looks: list[tuple[str, list[list[float]]]] = []
    for name, alphabet in zip(("digits", "signs"), ALPHABETS, strict=True):
        samples = list(drawn(fonts, alphabet))
        say(f'    "{name}": {{\n')
        for sign, mask in zip(alphabet, fitted(samples, len(alphabet)), strict=True):
            say(f'        "{sign}": {numbers([w * 1000 for w in mask])},\n')
        say("    },\n")
        looks += list(zip(alphabet, usual(samples, len(alphabet)), strict=True))
    say("}\nUSUAL: dict[str, tuple[tuple[int, ...], ...]] = {\n")
    for sign, shapes in looks:
        say(f'    "{sign}": (\n')
        for shape in shapes:
            say(f"        {numbers([w * 100 for w in shape])},\n")
        say("    ),\n")
    say("}\n")


def numbers(values: list[float]) -> str:
    """A tuple, eight cells of a row on a line."""
    parts = [f"{round(value)}" for value in values]
    lines = [",".join(parts[at : at + 24]) for at in range(0, len(parts), 24)]
    return "(" + ",\n        ".join(lines) + ")"


def usable(path: Path) -> ImageFont.FreeTypeFont | None:
    """The font, if it has all signs and they differ."""
    try:
        font = ImageFont.truetype(str(path), SIZE)
        shapes = {cells_of(picture(font, sign), bounds(font, sign)) for sign in "".join(ALPHABETS)}
    except (OSError, ValueError):
        return None
    tall = bounds(font, "1")
    wide = bounds(font, "0")
    dingbats = tall[3] - tall[1] < SIZE // 3 or wide[3] - wide[1] < SIZE // 3
    return font if len(shapes) == len("".join(ALPHABETS)) and not dingbats else None


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
    dice = Random(7)
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
    dice = Random(8)
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


def clustered(shapes: list[tuple[float, ...]]) -> list[list[float]]:
    """Plain k-means, begun with the shapes that are least alike."""
    middles = [middle(shapes)]
    while len(middles) < USUAL_SHAPES:
        middles.append(list(min(shapes, key=lambda each: max(alike(each, m) for m in middles))))
    for _ in range(10):
        groups: list[list[tuple[float, ...]]] = [[] for _ in middles]
        for each in shapes:
            groups[max(range(len(middles)), key=lambda at: alike(each, middles[at]))].append(each)
        middles = [middle(group) for group in groups if group]
    return middles


def alike(one: Sequence[float], two: Sequence[float]) -> float:
    return sum(map(mul, one, two))


def middle(shapes: Sequence[Sequence[float]]) -> list[float]:
    total = [sum(cells) for cells in zip(*shapes, strict=True)]
    length = math.sqrt(sum(map(mul, total, total)))
    return [each / length for each in total]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
