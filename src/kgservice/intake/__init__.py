from kgservice.intake.interface import Conversion, DeliveredFile, Delivery, Source, StatementFile, Table

__all__ = ["Conversion", "DeliveredFile", "Delivery", "Source", "StatementFile", "Table"]
