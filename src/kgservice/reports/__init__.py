"""Reports for people and programs: text, CSV, JSON, Turtle, and workbooks that go back to the owner of the data."""
