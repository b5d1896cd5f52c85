"""Numbers that people read out over the phone: a letter, the day, and a running figure."""

from datetime import date

from django.db import connection


def next_number(letter: str, day: date) -> str:
    """The next number of a kind, such as ``A20260302000017``; never given twice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('credit_number')")
        return f"{letter}{day:%Y%m%d}{cursor.fetchone()[0]:06d}"
