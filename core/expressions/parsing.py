"""Reading the text of a rule: size limits, Python's own parser, and the place of every part."""

import ast
import io
import tokenize
import unicodedata

from core.expressions.errors import MALFORMED, MISPLACED, NULL, UNREADABLE, ExpressionError

MAX_TEXT = 2_000
MAX_PARTS = 300
MAX_DEPTH = 30
MAX_LIST = 200

_QUOTES = {"“": '"', "”": '"', "‘": "'", "’": "'", "、": ",", "。": "."}
_SIGN_WORDS = {"&": "and", "|": "or", "!": "not"}


class Source:
    """The text of one rule, and where in it each part of its tree stands."""

    def __init__(self, text: str) -> None:
        if len(text) > MAX_TEXT:
            raise ExpressionError("too_long", text=text, length=len(text), limit=MAX_TEXT)
        self.text = text
        spread = text.replace("\n", " ").replace("\r", " ")  # one line, every place unchanged
        self._line = spread.strip()
        self._indent = len(spread) - len(spread.lstrip())
        if not self._line:
            raise ExpressionError("empty", text=text)

    def tree(self) -> ast.expr:
        """Python's tree of the text; raises ExpressionError if unreadable or out of bounds."""
        if "\0" in self._line:  # Pythons differ in what they say of it
            raise self._error_at(self._line.index("\0"), "syntax", detail=NULL)
        try:
            body = ast.parse(self._line, mode="eval").body
        except SyntaxError as exc:
            raise self._unreadable(exc) from exc
        except (ValueError, RecursionError, MemoryError) as exc:
            raise ExpressionError("syntax", text=self.text, detail=MALFORMED) from exc
        self._refuse_silent_mistakes()
        self._refuse_oversize(body)
        return body

    def error(self, at: ast.expr, code: str, **params: object) -> ExpressionError:
        """The refusal of the text because of its part ``at``, to be raised."""
        chars = len(self._line.encode()[: at.col_offset].decode())
        return self._error_at(chars, code, **params)

    def fragment(self, at: ast.expr) -> str:
        """The words of one part, shortened for a message."""
        words = ast.get_source_segment(self._line, at) or ""
        return words if len(words) <= 40 else words[:39] + "…"

    def _error_at(self, chars: int, code: str, **params: object) -> ExpressionError:
        before = self.text[: self._indent + chars]
        line = before.count("\n") + 1
        column = len(before) - (before.rfind("\n") + 1) + 1
        return ExpressionError(code, line=line, column=column, text=self.text, **params)

    def _unreadable(self, exc: SyntaxError) -> ExpressionError:
        chars = exc.offset - 1 if exc.lineno == 1 and exc.offset else len(self._line)
        at = self._line[chars : chars + 1]
        plain = _QUOTES.get(at) or unicodedata.normalize("NFKC", at)
        if plain != at and plain.isascii():
            return self._error_at(chars, "full_width", char=at, plain=plain)
        if at == "=":
            return self._error_at(chars, "single_equals")
        if at in _SIGN_WORDS:
            return self._error_at(chars, "use_word", word=_SIGN_WORDS[at], sign=at)
        said = (ours for theirs, ours in UNREADABLE.items() if theirs in exc.msg)
        return self._error_at(chars, "syntax", detail=next(said, MISPLACED))

    def _refuse_silent_mistakes(self) -> None:
        """Python drops what follows '#', and glues ``'a' 'b'`` together; a rule must not."""
        previous = None
        for token in tokenize.generate_tokens(io.StringIO(self._line).readline):
            if token.type == tokenize.COMMENT:
                raise self._error_at(token.start[1], "comment")
            if token.type == tokenize.STRING == previous:
                raise self._error_at(token.start[1], "missing_comma")
            previous = token.type

    def _refuse_oversize(self, body: ast.expr) -> None:
        parts, waiting = 0, [(body, 1)]
        while waiting:
            node, depth = waiting.pop()
            if depth > MAX_DEPTH:
                raise self.error(node, "too_deep", limit=MAX_DEPTH)
            if isinstance(node, ast.List | ast.Tuple | ast.Set):
                self.check_length(node, len(node.elts))
            parts += not isinstance(node, ast.Constant)
            inside = [each for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr)]
            waiting += [(each, depth + 1) for each in inside]
        if parts > MAX_PARTS:
            raise self.error(body, "too_many_parts", count=parts, limit=MAX_PARTS)

    def check_length(self, at: ast.expr, count: int) -> None:
        """Refuse a list, written or given as a parameter, that is too long."""
        if count > MAX_LIST:
            raise self.error(at, "too_long_list", count=count, limit=MAX_LIST)
