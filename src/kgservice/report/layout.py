"""How a file of findings is laid out: SQLite, one row a finding, causes and texts beside them."""

VERSION = "1"
EARLIER = "earlier:"
"""Begins the facts that say, by source and cause, how many findings the last delivery had where not all were kept."""

TABLES = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE causes (
  id INTEGER PRIMARY KEY, ident TEXT, rule TEXT, source TEXT, place TEXT, severity INTEGER, focused INTEGER,
  text INTEGER, params TEXT, remedy TEXT, expected TEXT,
  omitted INTEGER DEFAULT 0, total INTEGER DEFAULT 0, old INTEGER DEFAULT 0, waived INTEGER DEFAULT 0,
  fixed INTEGER DEFAULT 0, rows INTEGER DEFAULT 0, examples TEXT DEFAULT '[]', waiver TEXT DEFAULT ''
);
CREATE TABLE texts (id INTEGER PRIMARY KEY, body TEXT);
CREATE TABLE findings (
  id INTEGER PRIMARY KEY, cause INTEGER, print INTEGER, old INTEGER DEFAULT 0, waived TEXT DEFAULT '',
  file TEXT, sheet TEXT, row INTEGER, line INTEGER, place TEXT, value TEXT, key TEXT,
  text INTEGER, params TEXT, remedy TEXT, expected TEXT, focus TEXT, path TEXT, object TEXT, component TEXT,
  illustrative INTEGER, severity INTEGER
);
CREATE TABLE also (finding INTEGER, file TEXT, sheet TEXT, row INTEGER, line INTEGER, place TEXT, value TEXT, key TEXT);
CREATE TABLE before (
  print INTEGER PRIMARY KEY, n INTEGER, source TEXT, ident TEXT, rule TEXT, severity INTEGER, body TEXT
);
CREATE TABLE baselines (source TEXT PRIMARY KEY, said TEXT) WITHOUT ROWID;
"""
INDEXES = """
CREATE INDEX IF NOT EXISTS findings_by_cause ON findings (cause, id);
CREATE INDEX IF NOT EXISTS findings_by_print ON findings (print);
CREATE INDEX IF NOT EXISTS findings_by_row ON findings (file, sheet, row);
CREATE INDEX IF NOT EXISTS findings_by_focus ON findings (focus) WHERE focus <> '';
CREATE INDEX IF NOT EXISTS also_by_finding ON also (finding);
CREATE INDEX IF NOT EXISTS also_by_row ON also (file, sheet, row);
"""
COLUMNS = (
    *("cause", "print", "waived", "file", "sheet", "row", "line", "place", "value", "key", "text", "params", "remedy"),
    *("expected", "focus", "path", "object", "component", "illustrative", "severity"),
)
"""What a writer says of a finding; the rest is worked out when the file is finished."""
