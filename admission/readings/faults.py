"""Why a picture could not be read."""


class ReadingFault(Exception):
    """A picture that no field can be read from; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class PoorPicture(ReadingFault):
    """Too small, too dark, too bright, or blurred."""


class NoText(ReadingFault):
    """Nothing on it that can be read, or too little."""


class WrongPaper(ReadingFault):
    """Something can be read, but it is another kind of paper; ``code`` names which, or "other"."""
