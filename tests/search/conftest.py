"""An index of a few dozen names, shared by the tests of search."""

import pytest

from kgservice.search import Index, build, things

BASE = "http://localhost:8080/"
KG = "https://w3id.org/kgservice/ontology#"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_ORGANIZATIONS = {
    "spt": ("Сибирский политехнический техникум", "Siberian Polytechnic Technical School"),
    "kemgu": ("Кемеровский государственный университет", "Kemerovo State University"),
    "branch": ("Новокузнецкий институт (филиал) Кемеровского государственного университета", ""),
    "mine": ("Кемеровский горнотехнический техникум", ""),
    "azot": ("Кемеровское АО «Азот» (КАО «Азот»)", "KAO Azot"),
    "trees": ("Лесхоз «Зелёный бор»", ""),
    "siemens": ("Siemens", ""),
}


def lines(*statements):
    return sorted(f"{statement} .\n".encode() for statement in statements)


@pytest.fixture(scope="session")
def index(tmp_path_factory):
    told = [
        f"<{KG}College> <http://www.w3.org/2000/01/rdf-schema#subClassOf> <{KG}Organization>",
        f'<{KG}College> <{LABEL}> "колледж или техникум"@ru',
        f"<{KG}College> <{TYPE}> <http://www.w3.org/2002/07/owl#Class>",
        f'<{BASE}id/place/kemerovo> <{LABEL}> "Кемерово"@ru',
        f'<{BASE}id/place/kemerovo> <{LABEL}> "Kemerovo"@en',
        f'<{BASE}id/profession/08.02.01> <{LABEL}> "Строительство и эксплуатация зданий"@ru',
        f'<{BASE}id/profession/08.02.01> <http://www.w3.org/2004/02/skos/core#notation> "08.02.01"',
        f'<{BASE}id/profession/odd> <{LABEL}> "Quote \\"and\\" \\u0441\\u043B\\u0435\\u0441\\u0430\\u0440\\\\\\n!"@ru',
    ]
    for key, (russian, english) in _ORGANIZATIONS.items():
        name = f"<{BASE}id/organization/{key}>"
        told += [f'{name} <{LABEL}> "{russian}"@ru', f"{name} <{TYPE}> <{KG}Organization>"]
        told += [f'{name} <{LABEL}> "{english}"@en'] if english else []
        told += [f"{name} <{KG}locatedIn> <{BASE}id/place/kemerovo>"]
    told.append(f"<{BASE}id/organization/spt> <{TYPE}> <{KG}College>")
    invented = [f'<{BASE}id/organization/dream> <{LABEL}> "Техникум мечты"@ru']
    path = tmp_path_factory.mktemp("index") / "labels.sqlite"
    build(path, things(lines(*told), lines(*invented)), BASE)
    index = Index(path)
    yield index
    index.close()


@pytest.fixture
def keys(index):
    """Search, and return the keys of what is found, in order."""

    def found(text, **more):
        return [hit.iri.rpartition("/")[2] for hit in index.search(text, "ru", **more).hits]

    return found
