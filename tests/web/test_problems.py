from kgservice import errors
from kgservice.errors import KgError
from kgservice.web.problems import PROBLEMS


def test_every_error_of_the_house_has_a_status_and_a_title():
    slugs = {kind.slug for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, KgError)}

    assert slugs <= PROBLEMS.keys()


def test_statuses_are_errors():
    assert all(400 <= status < 600 and title for status, title in PROBLEMS.values())
