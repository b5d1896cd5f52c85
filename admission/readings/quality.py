"""Whether a picture is worth reading, before anybody waits for it."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from admission.readings.faults import PoorPicture

SHORTEST_SIDE = 400  # pixels; below it a card's number has fewer than eight to the digit
DARKEST, BRIGHTEST = 45.0, 250.0  # mean grey of 255
FLATTEST = 9.0  # standard deviation of grey
SOFTEST = 22.0  # variance of the Laplacian on a picture a thousand pixels wide
MEASURED_AT = 1000


@dataclass(frozen=True)
class Quality:
    """A picture in figures: shorter side in pixels, mean grey, spread of grey, sharpness."""

    shorter_side: int
    brightness: float
    contrast: float
    sharpness: float

    @classmethod
    def of(cls, picture: Image.Image) -> "Quality":
        """Measure a picture, on a grey copy of one width so that the figures compare."""
        grey = picture.convert("L")
        height = max(round(grey.height * MEASURED_AT / grey.width), 3)
        cells = np.asarray(grey.resize((MEASURED_AT, height)), dtype=np.float64)
        edges = (
            cells[:-2, 1:-1] + cells[2:, 1:-1] + cells[1:-1, :-2] + cells[1:-1, 2:]
        ) - 4 * cells[1:-1, 1:-1]
        return cls(min(picture.size), float(cells.mean()), float(cells.std()), float(edges.var()))


def check(quality: Quality) -> None:
    """Raise PoorPicture for what cannot be read: too_small, too_dark, too_bright, blurred."""
    if quality.shorter_side < SHORTEST_SIDE:
        raise PoorPicture("too_small")
    if quality.brightness < DARKEST:
        raise PoorPicture("too_dark")
    if quality.brightness > BRIGHTEST and quality.contrast < FLATTEST:
        raise PoorPicture("too_bright")
    if quality.sharpness < SOFTEST:
        raise PoorPicture("blurred")
