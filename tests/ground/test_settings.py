"""Settings: one table, unknown names refused, values checked."""

import pytest

from kgservice.errors import SettingInvalid
from kgservice.settings import TABLE, Settings


def test_defaults_can_be_read() -> None:
    settings = Settings.read({})

    assert settings.port == 8080
    assert settings.url == settings.base == "http://localhost:8080/"


def test_unknown_setting_is_named() -> None:
    with pytest.raises(SettingInvalid) as caught:
        Settings.read({"KG_PROT": "1"})

    assert "KG_PROT" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KG_PORT", "70000"), ("KG_PORT", "x"), ("KG_WORKERS", "0"), ("KG_QUERY_SECONDS", "-1"),
        ("KG_BASE", "localhost:8080"), ("KG_BASE", "http://a b/"), ("KG_LANG", "de"), ("KG_QUERY_SECONDS", "nan"),
    ],
)  # fmt: skip
def test_value_that_cannot_be_used_is_named_with_its_meaning(name: str, value: str) -> None:
    with pytest.raises(SettingInvalid) as caught:
        Settings.read({name: value})

    assert name in str(caught.value)
    assert value in str(caught.value)


def test_settings_of_tests_are_let_through() -> None:
    assert Settings.read({"KG_CONFORMANCE": "/x", "KG_REFERENCE_DATA": "/y", "HOME": "/"})


def test_every_setting_has_a_field_and_a_help() -> None:
    assert {setting.attribute for setting in TABLE} == set(Settings.__slots__)
    assert all(setting.help.endswith(".") for setting in TABLE)


def test_base_gets_its_slash() -> None:
    assert Settings.read({"KG_BASE": "https://kg.example"}).base == "https://kg.example/"
