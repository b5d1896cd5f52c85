"""Qianmo on one machine: PostgreSQL and Redis out of wheels, set-up, and the keeper of `make run`.

Nothing here imports Django: it runs before the settings can be read. A bank's servers use none
of it.
"""
