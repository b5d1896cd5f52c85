"""The People's Bank's personal credit report of the second generation."""

from admission.sources.pboc.report import read_report

__all__ = ["read_report"]
