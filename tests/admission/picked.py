"""Words of tags picked for a list of customers."""

from admission.models import TagWord
from admission.services import segments
from admission.tags.choosing import ALL, Choice, Group


def word(code, said="是"):
    return TagWord.objects.get(code=code, word=said).pk


def all_of(*words):
    return Group.of(ALL, words)


def kept_as(name, actor):
    choice = Choice((all_of(word("CT18")),))
    return segments.save(name=name, choice=choice, note="", actor=actor)
