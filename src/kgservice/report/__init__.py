"""Findings and where they stand: the one model for reading, mapping, checks and shapes alike."""

from kgservice.report.model import Cell, Finding, Report, Severity, Text

__all__ = ["Cell", "Finding", "Report", "Severity", "Text"]
