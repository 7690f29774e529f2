"""What the data must look like: shapes evaluated over statements, and what is wrong with shapes themselves."""

from kgservice.knowledge.validation.faults import faults
from kgservice.knowledge.validation.findings import Rules, validate

__all__ = ["Rules", "faults", "validate"]
