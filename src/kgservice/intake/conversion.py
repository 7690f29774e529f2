"""Turns a delivery into statement files: read, check keys, map, sort; every cell becomes a statement or a finding."""

from pathlib import Path

from kgservice.intake.interface import Conversion, Delivery, Source


def convert(source: Source, delivery: Delivery, base: str, out: Path, cap: int) -> Conversion:
    """Write one sorted `.nt.gz` per graph below `out`, and `out/lineage`; keep about `cap` findings, count the rest.

    Raises:
        SourceUnreadable: when a file of the delivery cannot be read at all.
        MappingInvalid: when the mapping is wrong before any data is read.
    """
    raise NotImplementedError
