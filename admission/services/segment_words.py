"""A list of customers in words: "A, and (B or C), and none of D"."""

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from admission.models import TagWord
from admission.services.tag_names import OWN, YES_WORD, definition_names
from admission.tags.choosing import ANY, NONE, Choice, Group


class Sayer:
    """The words that some lists name, read once; says each list as people would."""

    def __init__(self, choices: Iterable[Choice]) -> None:
        numbers = frozenset().union(*(each.numbers for each in choices))
        self._words = {each.pk: each for each in TagWord.objects.filter(pk__in=numbers)}
        self._names: Mapping[str, str] = definition_names() if numbers else {}

    def choice(self, choice: Choice, condition: str = "") -> str:
        """The whole list; ``condition`` is what a model's group asks for besides."""
        told = [self.group(each) for each in choice.groups]
        if len(told) > 1 or condition:
            told = [
                _bracketed(said) if _has_parts(group) else said
                for group, said in zip(choice.groups, told, strict=True)
            ]
        said = (_(", or ") if choice.joined == ANY else _(", and ")).join(told)
        if not condition:
            return said
        asked = _("who meet %(condition)s") % {"condition": condition}
        if not told:
            return asked
        return _(", and ").join([asked, _bracketed(said) if len(told) > 1 else said])

    def group(self, group: Group) -> str:
        """One group of a list."""
        if group.how == NONE:
            told = _(" or ").join(self.word(each) for each in group.words)
            return _("none of %(tags)s") % {"tags": told}
        nots = [_("not %(tag)s") % {"tag": self.word(each)} for each in group.without]
        if group.how == ANY:
            return _(" or ").join([*(self.word(each) for each in group.words), *nots])
        tags = self._by_tag(group)
        alone = len(tags) + len(nots) == 1
        told = [_(" or ").join(each) for each in tags]
        several = [
            _bracketed(said) if len(each) > 1 and not alone else said
            for each, said in zip(tags, told, strict=True)
        ]
        return _(" and ").join([*several, *nots])

    def word(self, number: int) -> str:
        """One word with its tag; of a yes or no, the tag alone."""
        word = self._words.get(number)
        if word is None:
            return f"#{number}"
        if word.code in OWN:
            return self._names.get(word.word, word.word)
        tag = self._names.get(word.code, word.code)
        return tag if word.word == YES_WORD else f"{tag}：{word.word}"

    def _by_tag(self, group: Group) -> list[list[str]]:
        tags: dict[str, list[str]] = {}
        for number in group.words:
            word = self._words.get(number)
            tags.setdefault(word.code if word else str(number), []).append(self.word(number))
        return list(tags.values())


def _has_parts(group: Group) -> bool:
    return group.how != NONE and len(group.words) + len(group.without) > 1


def _bracketed(said: str) -> str:
    return _("(%(part)s)") % {"part": said}
