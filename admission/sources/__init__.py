"""The outside world: whom we ask about a customer, how, and what their words mean to us."""

from admission.sources.asking import Heard, Question, ask
from admission.sources.catalogue import SOURCES, Source
from admission.sources.subject import Subject

__all__ = ["SOURCES", "Heard", "Question", "Source", "Subject", "ask"]
