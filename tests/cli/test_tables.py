"""Text tables: columns stay straight in Cyrillic, numbers go right, hostile cells cannot steer a terminal."""

from kgservice.cli.tables import table


def test_columns_are_straight_and_numbers_go_right() -> None:
    text = table(["имя", "n"], [["Кемерово", "5"], ["Ы", "1200"]])

    assert text.splitlines() == [
        "имя       n",
        "────────  ────",
        "Кемерово     5",
        "Ы         1200",
    ]


def test_long_cells_are_cut_to_the_width() -> None:
    text = table(["a", "b"], [["x" * 100, "y"]], width=40)

    assert max(len(line) for line in text.splitlines()) <= 40
    assert "…" in text


def test_control_characters_of_data_do_not_reach_the_terminal() -> None:
    text = table(["a"], [["\x1b[31mred\nline"]])

    assert "\x1b" not in text
    assert len(text.splitlines()) == 3
