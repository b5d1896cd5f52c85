"""Recognising lines of text on a picture, on this machine; the models lie in the package.

Importing this costs a second and hundreds of megabytes: only a worker does, when it first has to
read something (:func:`admission.services.photographed_papers.recognise`).
"""

import io
from functools import lru_cache

import numpy as np
from PIL import Image
from rapidocr import RapidOCR

from admission.readings import Line

THREADS = 1
"""A second thread makes one picture a third faster and costs half as much work again."""

LONGEST_SIDE = 1600  # pixels; a card's print is legible, at half the work of 2,400


@lru_cache(maxsize=1)
def _engine() -> RapidOCR:
    return RapidOCR(
        params={
            "Global.log_level": "error",
            "EngineConfig.onnxruntime.intra_op_num_threads": THREADS,
        }
    )


def lines_on(content: bytes) -> list[Line]:
    """The lines on a picture, none where there is no text.

    Boxes are in pixels of the copy that is looked at, no side of which is over ``LONGEST_SIDE``.
    """
    picture = Image.open(io.BytesIO(content)).convert("RGB")
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    found = _engine()(np.asarray(picture)[:, :, ::-1])
    if found.boxes is None or found.txts is None:
        return []
    return [
        Line(text, float(score), _around(box))
        for text, score, box in zip(found.txts, found.scores, found.boxes, strict=True)
    ]


def _around(corners: np.ndarray) -> tuple[float, float, float, float]:
    """The upright box around four corners."""
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    return float(left), float(top), float(right), float(bottom)
