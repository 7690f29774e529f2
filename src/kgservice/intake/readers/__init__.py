from kgservice.intake.readers.registry import READERS

__all__ = ["READERS"]
