"""What Qianmo measures of itself: `python -m benchmarks [NAME]`.

A benchmark is a module here with ``run() -> dict``. It prints its table and returns its figures;
the harness prints them as one JSON object on the last line. One whose data are absent returns
:func:`skipped`. One that needs the application's models sets ``needs_database = True`` and finds
Django set up and an empty, migrated database that is thrown away afterwards.
"""

from pathlib import Path

SHARED = Path(__file__).resolve().parents[1].parent / "shared"


def skipped(name: str, reason: str) -> dict[str, object]:
    """The figures of a benchmark that could not be measured here, with the reason."""
    return {"name": name, "skipped": reason}


def print_table(title: str, headings: list[str], rows: list[list[object]]) -> None:
    """Print ``rows`` under ``headings`` in columns, numbers to the right."""
    cells = [[_shown(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(headings, *cells, strict=True)]
    print(f"\n{title}")
    for line in (headings, ["-" * width for width in widths], *cells):
        first, *rest = zip(line, widths, strict=True)
        numbers = (cell.rjust(width) for cell, width in rest)
        print("  ".join([first[0].ljust(first[1]), *numbers]))


def _shown(cell: object) -> str:
    return f"{cell:,.4f}" if isinstance(cell, float) else str(cell)
