"""The definitions of one set of tags, read in their order, checked, and ready for a county.

A definition may name features and every definition before it. Kinds:

* ``county``: one figure for the county, a quantile of an expression over those ``among`` whom it
  is taken, worked out before anybody is tagged;
* ``figure``: a number of one customer (contribution, loyalty, churn);
* ``tag``: a word, one of ``choices`` where there are any;
* ``customer``: a yes or no; whoever it holds for carries it;
* ``group`` and ``portrait``: a yes or no; the first that holds is the customer's own.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from admission.features import DESCRIBED
from admission.features.asked import ASKED_FIELDS, SOURCE_FIELDS, SPOUSE_FIELDS
from admission.judgement.wording import readable
from admission.tags.bands import left_out
from core.expressions import Catalogue, Expression, ExpressionError, Field, Kind, fingerprint
from core.expressions.nodes import Choose, Coalesce, Const, Node

COUNTY, FIGURE, TAG, CUSTOMER, GROUP, PORTRAIT = (
    "county",
    "figure",
    "tag",
    "customer",
    "group",
    "portrait",
)
KINDS = (COUNTY, FIGURE, TAG, CUSTOMER, GROUP, PORTRAIT)
YES_OR_NO = {CUSTOMER, GROUP, PORTRAIT}
LOGISTIC = "logistic"
LINKS = ("", LOGISTIC)
_OF_AN_APPLICATION = {each.name for each in (*ASKED_FIELDS, *SPOUSE_FIELDS, *SOURCE_FIELDS)} - {
    "as_of"
}
FIELDS = tuple(each for each in DESCRIBED.fields.values() if each.name not in _OF_AN_APPLICATION)
"""What a tag may name: features, and the day. Nobody has applied for anything here."""


@dataclass(frozen=True)
class TagText:
    """One definition as staff wrote it.

    ``link`` logistic turns a figure's log-odds into a probability. ``quantile`` and ``among`` are
    of county figures alone.
    """

    code: str
    kind: str
    name: str
    expression: str
    params: Mapping[str, object] = field(default_factory=dict, hash=False)
    choices: tuple[str, ...] = ()
    link: str = ""
    quantile: float | None = None
    among: str = ""

    @property
    def field_name(self) -> str:
        """The name under which later definitions know it: T02-04 is t02_04."""
        return self.code.lower().replace("-", "_")


@dataclass(frozen=True)
class Tag:
    """One definition, read. ``stage`` is how many stages of definitions it rests on."""

    text: TagText
    expression: Expression
    among: Expression | None
    stage: int


@dataclass(frozen=True)
class TagFault:
    """Which definition, what part of it, and why it cannot be put into force."""

    code: str
    part: str
    template: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    error: ExpressionError | None = None

    def __str__(self) -> str:
        return f"{self.code} {self.part}: {self.error or self.template % self.params}"


class TagsRefused(ValueError):
    """A set of tags that cannot be worked with, with every reason."""

    def __init__(self, faults: list[TagFault]) -> None:
        super().__init__("\n".join(str(each) for each in faults))
        self.faults = faults


@dataclass(frozen=True)
class TagBook:
    """A set of tags that has passed every check."""

    tags: tuple[Tag, ...]
    fingerprint: str

    def of(self, *kinds: str) -> tuple[Tag, ...]:
        """The definitions of some kinds, in their order."""
        return tuple(each for each in self.tags if each.text.kind in kinds)

    @property
    def features(self) -> frozenset[str]:
        """Every feature that some definition reads, directly or through another."""
        own = {each.text.field_name for each in self.tags}
        read: set[str] = set()
        for each in self.tags:
            read |= each.expression.fields | (each.among.fields if each.among else frozenset())
        return frozenset(read - own - {"as_of"})

    def behind_counties(self) -> frozenset[str]:
        """The features that county figures read, directly or through the figures they name."""
        known = {each.text.field_name: each for each in self.tags}
        waiting = [each.text.field_name for each in self.of(COUNTY)]
        features: set[str] = set()
        seen: set[str] = set()
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            tag = known.get(name)
            if tag is None:
                features.add(name)
                continue
            waiting += [*tag.expression.fields, *(tag.among.fields if tag.among else ())]
        return frozenset(features - {"as_of"})


def compile_tags(texts: Iterable[TagText], *, is_new: bool = False) -> TagBook:
    """Read all definitions of a set. Raises TagsRefused with every reason at once.

    A set that ``is_new`` must also show that it never divides by 0.
    """
    known: dict[str, Field] = {each.name: each for each in FIELDS}
    stages: dict[str, int] = {}
    tags, faults = [], []
    written = list(texts)
    for text in written:
        tag, found = _read(text, known, stages, is_new=is_new)
        faults += found
        if tag is None:
            continue
        name = text.field_name
        stages[name] = tag.stage
        known[name] = Field(name, tag.expression.kind, text.name, choices=text.choices)
        tags.append(tag)
    if not written:
        faults.append(TagFault("—", "expression", "The set has no definition."))
    if faults:
        raise TagsRefused(faults)
    return TagBook(tuple(tags), fingerprint_of(written))


def check(text: TagText, before: Sequence[TagText]) -> list[TagFault]:
    """What is wrong with one definition; what stands before is taken as far as it can be read."""
    known: dict[str, Field] = {each.name: each for each in FIELDS}
    stages: dict[str, int] = {}
    for each in before:
        tag, _faults = _read(each, known, stages, is_new=False)
        if tag is not None:
            stages[each.field_name] = tag.stage
            known[each.field_name] = Field(
                each.field_name, tag.expression.kind, each.name, choices=each.choices
            )
    return _read(text, known, stages, is_new=True)[1]


def _read(
    text: TagText, known: Mapping[str, Field], stages: Mapping[str, int], *, is_new: bool
) -> tuple[Tag | None, list[TagFault]]:
    if text.kind not in KINDS:
        return None, [TagFault(text.code, "kind", "This choice does not exist.")]
    if text.field_name in known or not text.field_name.isidentifier():
        return None, [TagFault(text.code, "code", "This code is taken or cannot be a name.")]
    faults = _faults_of_form(text)
    catalogue = Catalogue(known.values())
    expression = among = None
    try:
        expression = catalogue.parse(
            text.expression, params=text.params, want=_wanted(text.kind), is_new=is_new
        )
    except ExpressionError as exc:
        faults.append(TagFault(text.code, "expression", error=exc))
    else:
        if text.kind in (FIGURE, COUNTY) and not expression.kind.is_calculated:
            faults.append(TagFault(text.code, "expression", "This must be a number."))
    if text.among:
        try:
            among = catalogue.parse(text.among, params=text.params, want=Kind.BOOL, is_new=is_new)
        except ExpressionError as exc:
            faults.append(TagFault(text.code, "among", error=exc))
    if is_new and expression is not None:
        faults += _strange_words(text, expression) + _gaps(text, expression, known)
    if faults or expression is None:
        return None, faults
    read = expression.fields | (among.fields if among else frozenset())
    rests_on = [stages[name] for name in read if name in stages]
    return Tag(text, expression, among, 1 + max(rests_on, default=0)), []


def _strange_words(text: TagText, expression: Expression) -> list[TagFault]:
    """Words that the expression writes and that are none of its choices: nobody would carry one."""
    if text.kind != TAG or not text.choices:
        return []
    strange = {*_written_words(expression.node)} - {*text.choices}
    told = "“%(word)s” is none of the words it may give."
    return [TagFault(text.code, "expression", told, {"word": word}) for word in sorted(strange)]


def _gaps(text: TagText, expression: Expression, known: Mapping[str, Field]) -> list[TagFault]:
    """A figure for which a tag over one field has no word, between figures for which it has."""
    kinds = [known[name].kind for name in expression.fields]
    if text.kind != TAG or len(kinds) != 1 or not kinds[0].is_calculated:
        return []
    figure = left_out(expression, kinds[0])
    if figure is None:
        return []
    told = (
        "For %(figure)s it gives no word, though for less and for more it does. If that is meant, "
        "give None a condition of its own."
    )
    return [TagFault(text.code, "expression", told, {"figure": readable(figure, kinds[0])})]


def _written_words(node: Node) -> Iterator[str]:
    match node:
        case Const(value=str() as word):
            yield word
        case Choose(yes=yes, no=no):
            yield from _written_words(yes)
            yield from _written_words(no)
        case Coalesce(parts=parts):
            for each in parts:
                yield from _written_words(each)


def _wanted(kind: str) -> Kind | None:
    if kind in YES_OR_NO:
        return Kind.BOOL
    return Kind.TEXT if kind == TAG else None


def _faults_of_form(text: TagText) -> list[TagFault]:
    faults = []
    if text.kind == COUNTY and (text.quantile is None or not 0 <= text.quantile <= 1):
        faults.append(TagFault(text.code, "quantile", "A county figure needs a share of 0 to 1."))
    if text.link not in LINKS or (text.link and text.kind != FIGURE):
        faults.append(TagFault(text.code, "link", "Only a figure can be a probability."))
    return faults


def fingerprint_of(texts: Iterable[TagText]) -> str:
    """The SHA-256 of a set: what it defines, in its order."""
    written = [
        [each.code, each.kind, each.name, fingerprint(each.expression, each.params),
         list(each.choices), each.link, each.quantile, each.among]
        for each in texts
    ]  # fmt: skip
    flat = json.dumps(written, ensure_ascii=True, separators=(",", ":"))
    return sha256(flat.encode()).hexdigest()
