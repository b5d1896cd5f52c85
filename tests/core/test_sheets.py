"""Lists that leave the house."""

import io

import openpyxl
import pytest

from core import sheets


@pytest.mark.parametrize("odd", ["\x00", "\x07", "\x1f"])
def test_what_no_spreadsheet_takes_is_left_out_of_one(odd):
    made = sheets.made([[f"名{odd}八", "=1+1"]], sheets.XLSX, name="a", customers=1)

    sheet = openpyxl.load_workbook(io.BytesIO(made.content)).active
    assert [each.value for each in sheet[1]] == ["名八", "'=1+1"]
