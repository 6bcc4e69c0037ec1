"""The rules of a scanned page: long thin runs of ink, lying or upright."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.read.layout import Rule

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

_INK = 150  # darker is ink
_MIN_INCHES = 0.5  # longer than the strokes of a letter, those of titles included
_MIN_UPRIGHT_INCHES = 0.2  # enough for one that stands between two lying rules: a table of one row
_TOUCH_PIXELS = 5
_MAX_THICK_INCHES = 0.04


@dataclass(frozen=True, slots=True)
class PixelRule:
    """A rule as a box of pixels: left, top, right, bottom."""

    x0: int
    y0: int
    x1: int
    y1: int

    def scaled(self, factor: float) -> Rule:
        """The rule as a line in other units."""
        x0, y0, x1, y1 = (value * factor for value in (self.x0, self.y0, self.x1, self.y1))
        if x1 - x0 >= y1 - y0:
            return Rule(x0, (y0 + y1) / 2, x1, (y0 + y1) / 2)
        return Rule((x0 + x1) / 2, y0, (x0 + x1) / 2, y1)


def find_rules(image: "Image", dpi: float) -> list[PixelRule]:
    """The rules of a page; those of letters' strokes are too short to count."""
    import numpy as np

    ink = np.asarray(image) < _INK
    least, thick = round(_MIN_INCHES * dpi), max(2, round(_MAX_THICK_INCHES * dpi))
    lying = [PixelRule(x0, y0, x1, y1) for x0, y0, x1, y1 in _runs(ink, least, thick)]
    short = round(_MIN_UPRIGHT_INCHES * dpi)
    upright = [PixelRule(x0, y0, x1, y1) for y0, x0, y1, x1 in _runs(ink.T, short, thick)]
    return lying + [rule for rule in upright if rule.y1 - rule.y0 >= least or _between(rule, lying)]


def _between(rule: PixelRule, lying: list[PixelRule]) -> bool:
    """Whether an upright rule reaches from one lying rule to another."""
    beside = [other for other in lying if other.x0 - _TOUCH_PIXELS <= rule.x0 <= other.x1 + _TOUCH_PIXELS]
    return any(abs(other.y1 - rule.y0) <= _TOUCH_PIXELS for other in beside) and any(
        abs(other.y0 - rule.y1) <= _TOUCH_PIXELS for other in beside
    )


def _runs(ink: "NDArray[np.bool_]", least: int, thick: int) -> list[tuple[int, int, int, int]]:
    """Boxes (left, top, right, bottom) of runs along the rows; runs in neighbouring rows make one box."""
    import numpy as np

    padded = np.zeros((ink.shape[0], ink.shape[1] + 2), dtype=np.int8)
    padded[:, 1:-1] = ink
    steps = np.diff(padded, axis=1)
    rows, starts = np.nonzero(steps == 1)
    _, ends = np.nonzero(steps == -1)
    long = ends - starts >= least
    open_boxes: list[list[int]] = []
    done: list[list[int]] = []
    for row, start, end in zip(rows[long].tolist(), starts[long].tolist(), ends[long].tolist(), strict=True):
        done += [box for box in open_boxes if box[3] < row]
        open_boxes = [box for box in open_boxes if box[3] >= row]
        for box in open_boxes:
            if start < box[2] + 3 and box[0] < end + 3:
                box[0], box[2], box[3] = min(box[0], start), max(box[2], end), row + 1
                break
        else:
            open_boxes.append([start, row, end, row + 1])
    done += open_boxes
    return [(x0, y0, x1, y1) for x0, y0, x1, y1 in done if y1 - y0 <= thick]


def wiped(image: "Image", rules: list[PixelRule]) -> "Image":
    """A copy of the picture without its rules."""
    clean = image.copy()
    for rule in rules:
        clean.paste(255, (max(rule.x0 - 2, 0), max(rule.y0 - 2, 0), rule.x1 + 2, rule.y1 + 2))
    return clean
