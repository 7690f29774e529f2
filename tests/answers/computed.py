"""What each question should answer, computed from the rows in plain Python; collected by the name of the question."""

COMPUTED = {}
"""By question name: (number in the list of 47, function of Tables to rows, also over invented rows?)."""


def answer(name, number, invented=True):
    """Register the computed answer of a question; without `invented` it is compared over known rows only."""

    def registered(function):
        COMPUTED[name] = (number, function, invented)
        return function

    return registered


def iri(kind, key):
    return f"{kind}/{key}" if key else None


def org(key):
    return iri("organization", key)


def partnership(key):
    return iri("partnership", key)


def concept(scheme, text):
    from answers.tables import slug

    return f"kgv:{scheme}/{slug(text)}" if text else None
