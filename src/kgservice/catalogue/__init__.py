"""The graph describes itself: where it came from (PROV) and what there is (DCAT, VoID)."""

from kgservice.catalogue.datasets import Described, datasets
from kgservice.catalogue.provenance import Import, provenance

__all__ = ["Described", "Import", "datasets", "provenance"]
