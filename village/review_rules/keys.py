"""How households and reviewers are named here: by whatever key the caller keeps them under."""

Key = int | str


def listed_order(key: Key) -> tuple[bool, Key]:
    """A sort key under which numbers and texts may stand in one list."""
    return isinstance(key, str), key
