"""What the data must look like: shapes evaluated over statements, and what is wrong with shapes themselves."""

from kgservice.knowledge.validation.faults import Fault, faults
from kgservice.knowledge.validation.findings import Rules, validate
from kgservice.knowledge.validation.trails import Change, ChangeTooLarge, Told, Trail, load, save

__all__ = ["Change", "ChangeTooLarge", "Fault", "Rules", "Told", "Trail", "faults", "load", "save", "validate"]
