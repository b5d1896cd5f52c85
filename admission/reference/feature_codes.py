"""The 146 features of the published catalogue: code and number, kept here as facts."""

import csv
from pathlib import Path

CATALOGUE = Path(__file__).with_name("features.csv")


def catalogue() -> list[dict[str, str]]:
    """Every line of the catalogue: id, code, Chinese name, source, type, window, formula."""
    return _rows(CATALOGUE)


def _rows(path: Path) -> list[dict[str, str]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(each for each in lines if not each.startswith("#")))


def _formulas() -> dict[str, str]:
    """By code; a line that says the same as the one above it is written out."""
    found, above = {}, ""
    for each in catalogue():
        above = above if each["formula"] == "same" else each["formula"]
        found[each["code"]] = above
    return found


CODES: dict[str, str] = {each["code"]: each["id"] for each in catalogue()}
"""The catalogue's number of each feature, in its order."""

FORMULAS: dict[str, str] = _formulas()
"""How the catalogue writes each of its features, in the codes of the source."""

MEANINGS: dict[str, str] = {
    each["code"]: each["means"] for each in _rows(Path(__file__).with_name("feature_meanings.csv"))
}
"""What each feature means, in Chinese; those of our own as well."""
