"""Why data or a card cannot be worked with."""


class Unusable(ValueError):
    """One clear sentence: ``template`` with ``params`` filled in, for doors to translate."""

    def __init__(self, template: str, **params: object) -> None:
        super().__init__(template % params)
        self.template = template
        self.params = params
