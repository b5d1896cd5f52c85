"""Tags and portraits 标签与画像: what the bank calls its customers, as rules over features."""

from admission.tags.book import TagBook, TagFault, TagsRefused, TagText, compile_tags
from admission.tags.judging import counties, judge

__all__ = [
    "TagBook",
    "TagFault",
    "TagText",
    "TagsRefused",
    "compile_tags",
    "counties",
    "judge",
]
