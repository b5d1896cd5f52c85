"""Data that others deliver in files 数据交付: which classes there are, and what a file must hold.

Values in, values out: nothing here reads a database, a clock or a setting.

``classes.toml``  the classes: owner, legal ground, cadence, columns
``classes``       the same, read and checked
``checking``      what may be wrong with a row
``quality``       what a delivery is worth: fill rates, figures that moved since the last one
``schedule``      which day's data should be here by now, and from when on they are late
"""
