"""The People's Bank's personal credit report of the second generation."""

from admission.sources.pboc.report import read_report
from admission.sources.pboc.whole import read_whole

__all__ = ["read_report", "read_whole"]
