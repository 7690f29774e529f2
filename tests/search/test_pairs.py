import pytest

from kgservice.search import Named, bare, pairs

KEMEROVO, TOMSK = "http://x/id/place/kemerovo", "http://x/id/place/tomsk"


def thing(key, name, *codes, place=KEMEROVO, kind="organization"):
    return Named(f"http://x/id/{kind}/{key}", kind, [name], set(codes), {place} if place else set())


def likely(one, other, place="", kind="organization"):
    """Return the score of two names in one town, or in two."""
    found = pairs([thing("a", one, kind=kind)], [thing("b", other, place=place or KEMEROVO, kind=kind)], least=0)
    return found[0].score if found else 0.0


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("ООО «Ромашка»", "ромашка"),
        ("Общество с ограниченной ответственностью «Ромашка»", "ромашка"),
        ("ГПОУ «Кемеровский техникум»", "кемеровский техникум"),
        ("ГБПОУ КО Кемеровский техникум", "ко кемеровский техникум"),
        ("Федеральное государственное бюджетное образовательное учреждение высшего образования «КемГУ»", "кемгу"),
        ("Кемеровский гос. ун-т", "кемеровский государственный университет"),
        ("АО", "ао"),
        ("Azot JSC", "azot"),
    ],
)
def test_legal_form_quotes_and_abbreviations_do_not_count(written, compared):
    assert bare(written) == compared


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ГПОУ «Кемеровский горнотехнический техникум»", "Кемеровский горнотехнический техникум"),
        ("Кемеровский гос. ун-т", "ФГБОУ ВО «Кемеровский государственный университет»"),
        ("Лесхоз «Зелёный бор»", 'ООО "ЛЕСХОЗ ЗЕЛЕНЫЙ БОР"'),
        ("Кемеровский горно-технический техникум", "Кемеровский горнотехнический техникум"),
        ("Сибирский политехнический техникум", "Сибирский политехничский техникум"),
        ("Kemerovskiy gornotekhnicheskiy tekhnikum", "Кемеровский горнотехнический техникум"),
        ("Cибирский политехнический техникум", "Сибирский политехнический техникум"),
        ("Кемеровское АО «Азот» (КАО «Азот»)", "КАО «Азот»"),
    ],
)
def test_spellings_of_one_name_are_likely_one_thing(one, other):
    assert likely(one, other) >= 0.9


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Школа № 5", "Школа № 6"),
        ("Кемеровский горнотехнический техникум", "Кемеровский аграрный техникум"),
        ("Сибирский индустриальный университет", "Колледж Сибирского индустриального университета"),
        ("Ленинск-Кузнецкий горнотехнический техникум", "Ленинск-Кузнецкий политехнический техникум"),
    ],
)
def test_names_that_differ_in_what_matters_are_not(one, other):
    assert likely(one, other) < 0.8


def test_another_town_speaks_against_it_and_a_code_for_it():
    assert likely("Политехнический техникум", "Политехнический техникум", place=TOMSK) < 0.8

    inn = ("INN", "4205000000")
    same = pairs([thing("a", "Азот", inn)], [thing("b", "Химпром", inn)], least=0)[0]
    other = pairs([thing("a", "Азот", inn)], [thing("b", "Азот", ("INN", "7000000000"))], least=0)[0]

    assert same.score > 0.9
    assert other.score < 0.6
    assert [reason.template for reason in same.reasons if "code" in reason.params] == ["The same {code}: {value}."]


def test_kinds_are_not_compared_with_each_other_nor_settled_pairs_again():
    one, other = thing("a", "Сварщик"), thing("b", "Сварщик")
    profession = thing("c", "Сварщик", kind="profession")

    assert len(pairs([one, other, profession], [])) == 1
    assert pairs([one, other], [], apart=[frozenset((one.iri, other.iri))]) == []


def test_professions_with_other_codes_are_others():
    one = thing("a", "Сварщик", ("code", "15.01.05"), kind="profession", place="")
    other = thing("b", "Сварщик", ("code", "15.01.06"), kind="profession", place="")

    assert pairs([one], [other]) == []


def test_pairs_that_are_not_scored_for_their_numbers_would_not_have_been_told():
    names = ["Школа № 5", "Школа №5 имени Ленина", "Школа № 6", "Школа № 56", "Школа (№ 6)", "Школа"]
    some = [thing(str(at), name) for at, name in enumerate(names * 2)]
    some += [thing(f"c{at}", name, ("inn", "7")) for at, name in enumerate(names)]

    every = [pair for pair in pairs(some, [], least=0) if pair.score >= 0.8]

    assert every
    assert pairs(some, []) == every


def test_what_is_left_out_unseen_could_not_have_been_likely():
    names = [
        "ГПОУ «Кемеровский горнотехнический техникум»", "Кемеровский горно-технический техникум № 5",
        "Кемеровский гос. ун-т", "Кемеровский государственный университет (КемГУ)", "Kemerovskiy gornotekhnicheskiy",
        "Кемеровский аграрный техникум", "Кемеровский аграрный техникм № 5", "Колледж Кемеровского университета",
    ]  # fmt: skip
    things = [
        thing(f"{at}-{variant}", name, *codes, place=place)
        for at, name in enumerate(names)
        for variant, (codes, place) in enumerate([((), ""), ((("INN", "1"),), KEMEROVO), ((("INN", "2"),), TOMSK)])
    ]
    every = pairs(things, [], least=0)

    for least in (0.5, 0.8):
        assert pairs(things, [], least=least) == [pair for pair in every if pair.score >= least]
