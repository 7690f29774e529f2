from kgservice.intake.readers.registry import READERS, read

__all__ = ["READERS", "read"]
