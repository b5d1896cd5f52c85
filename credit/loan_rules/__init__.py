"""How a loan counts: days, instalments, interest, penalties, payments, cost and limits.

Plain judgement: values in, values out. Nothing here imports Django, reads the clock or opens a
database. Money is whole fen, rates are yearly fractions as ``Decimal`` (``0.0485``).
"""
