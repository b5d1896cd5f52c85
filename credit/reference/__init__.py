"""Figures and drafts that a fresh installation starts with; staff change them in the admin."""

from credit.reference.parameters import load_parameters

__all__ = ["load_parameters"]
