"""The 146 features of the published catalogue: code and number, kept here as facts."""

import csv
from pathlib import Path

CATALOGUE = Path(__file__).with_name("features.csv")


def catalogue() -> list[dict[str, str]]:
    """Every line of the catalogue: id, code, Chinese name, source, type, window, formula."""
    lines = CATALOGUE.read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(each for each in lines if not each.startswith("#")))


CODES: dict[str, str] = {each["code"]: each["id"] for each in catalogue()}
"""The catalogue's number of each feature, in its order."""
