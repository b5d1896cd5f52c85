"""The unit of amounts 单位, as headings and titles of tables name it."""

import re
import unicodedata

YUAN, WAN = "元", "万元"
_UNIT = re.compile(r"((?:[十百千]?万|[百千亿美港欧日])?元)")
_ALONE = re.compile(r"(?:[十百千]?万|千|亿)$")
_IN_BRACKETS = re.compile(r"\(([^)]*)\)")
_OF_ALL = re.compile(r"单位\s*:?\s*[^\s:]{0,8}?((?:[十百千]?万|[百千亿美港欧日])?元)")


def named(heading: str) -> str:
    """The unit that the heading of an amount names, empty where it names none."""
    plain = unicodedata.normalize("NFKC", heading)
    brackets = _IN_BRACKETS.search(plain)
    inside = brackets[1].strip() if brackets else plain
    if brackets and _ALONE.match(inside):
        return f"{inside}元"
    found = _UNIT.search(inside)
    return found[1] if found else ""


def named_above(title: str) -> str:
    """The unit that the lines above the headings name for all amounts: 单位：万元."""
    found = _OF_ALL.search(unicodedata.normalize("NFKC", title))
    return found[1] if found else ""


def with_unit(heading: str, unit: str) -> str:
    """A heading that names its unit itself."""
    return heading if named(heading) else f"{heading}({unit})"
