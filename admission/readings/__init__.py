"""From a photographed paper to fields: what was recognised, line by line, becomes what it says.

Plain Python. Each field says from which words it was read and how sure that is; nothing here is
taken over before a person has looked.
"""

from admission.readings.faults import NoText, PoorPicture, ReadingFault, WrongPaper
from admission.readings.fields import Found
from admission.readings.kinds import KINDS, Kind, read
from admission.readings.lines import Line

__all__ = [
    "KINDS",
    "Found",
    "Kind",
    "Line",
    "NoText",
    "PoorPicture",
    "ReadingFault",
    "WrongPaper",
    "read",
]
