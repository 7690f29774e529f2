"""What a workbook holds that its marked copy will not: found in the package before it is opened."""

import re
import zipfile
from pathlib import Path

from kgservice.report import Text

_PARTS: tuple[tuple[str, str], ...] = (
    (r"xl/charts/chart[^/]*\.xml", "Charts ({count}) are drawn anew in this copy and may look different."),
    (r"xl/media/.+", "Pictures ({count}) are not in this copy."),
    (r"xl/vbaProject\.bin", "Macros are not in this copy."),
    (r"xl/(ctrlProps|activeX)/.+", "Buttons and form fields ({count}) are not in this copy."),
    (r"xl/pivotTables/[^/]+\.xml", "Pivot tables ({count}) may have to be refreshed in this copy."),
    (r"xl/slicers/.+", "Slicers ({count}) are not in this copy."),
    (r"xl/embeddings/.+", "Embedded files ({count}) are not in this copy."),
    (r"xl/threadedComments/.+", "Threads of comments ({count}) stand in this copy as plain comments."),
)
_SHEET = re.compile(r"xl/worksheets/sheet[^/]*\.xml")
_DRAWING = re.compile(r"xl/drawings/drawing[^/]*\.xml")
_LOOK = 1 << 26  # bytes of a sheet that are looked through


def losses(path: Path) -> tuple[Text, ...]:
    """Return what the marked copy of a workbook loses, a sentence each, and what is said of every copy."""
    found: list[Text] = []
    with zipfile.ZipFile(path) as package:
        names = package.namelist()
        for pattern, sentence in _PARTS:
            count = sum(re.fullmatch(pattern, name) is not None for name in names)
            if count:
                found.append(Text(sentence, {"count": count}))
        extended = formulas = 0
        for name in names:
            if _SHEET.fullmatch(name) and package.getinfo(name).file_size <= _LOOK:
                text = package.read(name)
                extended += b"<extLst>" in text
                formulas += b"<f>" in text or b"<f " in text
        drawn = sum(b"<xdr:sp>" in package.read(name) for name in names if _DRAWING.fullmatch(name))
    if drawn:
        found.append(Text("Shapes and text boxes are not in this copy."))
    if extended:
        found.append(
            Text(
                "Newer conditional formats, sparklines and lists of choices may be missing in this copy ({count}).",
                {"count": extended},
            )
        )
    if formulas:
        found.append(Text("Formulas are kept; their results are calculated when the copy is opened."))
    return tuple(found)
