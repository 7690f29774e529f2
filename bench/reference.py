"""ESCO and ROR whole: two deliveries imported, checked and published, in CPU seconds of all processes together.

Usage: KG_REFERENCE_DATA=… python bench/reference.py
"""

import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
PROGRAM = str(Path(sys.executable).with_name("kgservice"))
FILES = {
    "esco": ("esco/ESCO-v1.1.1-classification-en-csv.zip", "esco/ESCO-v1.1.1-relations-csv.zip"),
    "ror": ("ror/ror_v2_all.jsonl.gz",),
}


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def content(folder: Path) -> Path:
    """Make a content folder of our words and rules, the reference sources, and one small source of ours."""
    (folder / "data" / "sources").mkdir(parents=True)
    for name in ("ontology", "shapes", "queries", "data/reference", "data/sources/sectors"):
        shutil.copytree(CHECKOUT / name, folder / name)
    shutil.copy(CHECKOUT / "data" / "catalogue.toml", folder / "data")
    return folder


def whole(work: Path, reference: Path) -> dict[str, float]:
    """Import both into one draft and publish it; return statements, CPU seconds of each step and of all."""
    environment = {**os.environ, "KG_STATE": str(work / "state"), "KG_CONTENT": str(content(work / "content"))}
    environment.pop("KG_REFERENCE_DATA", None)
    figures: dict[str, float] = {}
    begun, draft = _spent(), ""
    for source, names in FILES.items():
        step = _spent()
        files = [str(reference / name) for name in names]
        into = ["--draft", draft] if draft else []
        told = subprocess.run(
            [PROGRAM, "import", source, *files, *into], env=environment, check=True, capture_output=True, text=True
        ).stdout
        draft = re.findall(r"Draft (d\d+)", told)[0]
        figures["reference.statements"] = float(re.findall(r"(\d+) statements made", told)[0])
        figures[f"reference.{source}_cpu_seconds"] = _spent() - step
    step = _spent()
    subprocess.run([PROGRAM, "publish", draft], env=environment, check=True, capture_output=True)
    figures["reference.publish_cpu_seconds"] = _spent() - step
    figures["reference.cpu_seconds"] = _spent() - begun
    return figures


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        for name, value in whole(Path(folder), Path(os.environ["KG_REFERENCE_DATA"])).items():
            print(f"{name:40} {value:12,.1f}")


if __name__ == "__main__":
    main()
