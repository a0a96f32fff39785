"""Normal forms: what people and systems type, and the one form that each of it has, or none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canon.normalize import (
    keyed_hash,
    normalize_company,
    normalize_email,
    normalize_name,
    normalize_phone,
    region_of,
)

ANY_TEXT = st.text(max_size=40)


@pytest.mark.parametrize(
    ("number", "region", "normal"),
    [
        # one American number in the forms that forms, reps and phones write
        ("(415) 555-0100", "US", "+14155550100"),
        ("415.555.0100", "US", "+14155550100"),
        ("1-415-555-0100", "US", "+14155550100"),
        ("+1 415 555 0100", "US", "+14155550100"),
        ("tel:+1-415-555-0100", "US", "+14155550100"),
        ("+1\u00a0415\u2011555\u20110100", "US", "+14155550100"),  # no-break space and hyphens
        ("\u202a+14155550100\u202c", "US", "+14155550100"),  # marks that copying from a contact card leaves
        # extensions are dropped
        ("+1 415 555 0100 x7", "US", "+14155550100"),
        ("(415) 555-0100 ext. 1234", "US", "+14155550100"),
        ("+1 415 555 0100;ext=7", "US", "+14155550100"),
        # the country of a number without one
        ("020 7946 0958", "GB", "+442079460958"),
        ("030 901820", "DE", "+4930901820"),
        ("06 12345678", "NL", "+31612345678"),
        ("11 91234-5678", "BR", "+5511912345678"),
        ("4155550100", "ZZ", None),  # no such country
        # a country that the number says itself
        ("+14155550100", "DE", "+14155550100"),
        ("+14155550100", "ZZ", "+14155550100"),
        ("0049 30 901820", "GB", "+4930901820"),
        # trunk zeros: dropped in brackets and at home, kept in Italy
        ("+44 (0)20 7946 0958", "US", "+442079460958"),
        ("+39 06 698 82", "US", "+390669882"),
        # digits of other scripts, letters on the keys
        ("\u0664\u0661\u0665\u0665\u0665\u0665\u0660\u0661\u0660\u0660", "US", "+14155550100"),
        ("\uff14\uff11\uff15\uff15\uff15\uff15\uff10\uff11\uff10\uff10", "US", "+14155550100"),
        ("1-800-FLOWERS", "US", "+18003569377"),
        # no number
        (None, "US", None),
        ("", "US", None),
        ("   ", "US", None),
        ("n/a", "US", None),
        ("ask reception", "US", None),
        ("123", "US", None),
        ("555-0100", "US", None),  # no area code
        ("+1415555010", "US", None),  # a digit short
        ("4155550100 / 4155550101", "US", None),  # two
        ("+999 123456789", "US", None),  # no such country code
        ("0" * 40, "US", None),
        ("9" * 300, "US", None),
    ],
)
def test_a_phone_number_has_one_form(number: str | None, region: str, normal: str | None) -> None:
    assert normalize_phone(number, region) == normal


@pytest.mark.parametrize(
    ("address", "normal"),
    [
        ("ann@example.com", "ann@example.com"),
        (" Ann@Example.COM\n", "ann@example.com"),
        ("ANN+News@example.com", "ann+news@example.com"),
        # Unicode: composed and decomposed letters, and both spellings of a domain, are one address
        ("josé@example.com", "josé@example.com"),
        ("jose\u0301@example.com", "josé@example.com"),
        ("ann@bücher.example", "ann@bücher.example"),
        ("ann@xn--bcher-kva.example", "ann@bücher.example"),
        ("ANN@BÜCHER.EXAMPLE", "ann@bücher.example"),
        # no address
        (None, None),
        ("", None),
        ("   ", None),
        ("ann", None),
        ("ann@", None),
        ("@example.com", None),
        ("ann@@example.com", None),
        ("ann@example@com", None),
        ("ann lee@example.com", None),
        ("ann@exam ple.com", None),
        ("ann@example.com;bob@example.com", None),
        ("Ann <ann@example.com>", None),
        ("mailto:ann@example.com", None),
        (".ann@example.com", None),
        ("ann..lee@example.com", None),
        ("ann@-example.com", None),
        ("ann@example.com.", None),
        # nobody outside can deliver to these
        ("ann@example", None),
        ("ann@localhost", None),
        ("ann@127.0.0.1", None),
        ("ann@[127.0.0.1]", None),
        ("ann@example.test", None),
    ],
)
def test_an_email_address_has_one_form(address: str | None, normal: str | None) -> None:
    assert normalize_email(address) == normal


@pytest.mark.parametrize(
    ("name", "normal"),
    [
        ("Ann", "ann"),
        ("  Ann   Marie ", "ann marie"),
        ("Kim\u3000Lee", "kim lee"),  # the ideographic space
        ("Anne-Marie", "anne marie"),
        ("A.", "a"),
        ("Smith, Jr.", "smith jr"),
        ("van der Berg", "van der berg"),
        # accents, composed and not
        ("José", "jose"),
        ("Jose\u0301", "jose"),
        ("Ñandú", "nandu"),
        ("Müller", "muller"),
        ("İstanbul", "istanbul"),
        # letters that do not come apart
        ("Straße", "strasse"),
        ("STRASSE", "strasse"),
        ("GROẞ", "gross"),
        ("Søren", "soren"),
        ("ØRSTED", "orsted"),
        ("Ǿ", "o"),
        ("Łukasz", "lukasz"),
        ("Đặng", "dang"),
        ("Æsir", "aesir"),
        ("Œuvre", "oeuvre"),
        ("Þór", "thor"),
        ("Iş\u0131k", "isik"),
        # apostrophes
        ("O'Brien", "obrien"),
        ("O\u2019Brien", "obrien"),
        ("O\u2018Brien", "obrien"),
        ("O`Brien", "obrien"),
        ("O\u00b4Brien", "obrien"),
        # ligatures and full-width letters
        ("ﬁona", "fiona"),
        ("\uff21\uff4e\uff4e", "ann"),
        # other scripts keep their letters
        ("张伟", "张伟"),
        ("山田 太郎", "山田 太郎"),
        ("Жанна", "жанна"),
        ("Ελένη", "ελενη"),
        # no name
        (None, None),
        ("", None),
        ("   ", None),
        ("...", None),
        ("'", None),
        ("👩", None),
    ],
)
def test_a_name_has_one_form(name: str | None, normal: str | None) -> None:
    assert normalize_name(name) == normal


@given(ANY_TEXT)
def test_the_normal_form_of_a_name_is_its_own_normal_form(name: str) -> None:
    once = normalize_name(name)
    assert normalize_name(once) == once


@given(ANY_TEXT)
def test_no_text_breaks_a_normal_form(text: str) -> None:
    normalize_phone(text, region_of(text, "US"))
    normalize_email(text)


@pytest.mark.parametrize(
    ("country", "region"),
    [
        ("US", "US"),
        ("us", "US"),
        ("USA", "US"),
        ("U.S.A.", "US"),
        (" United States ", "US"),
        ("United States of America", "US"),
        ("UK", "GB"),
        ("United Kingdom", "GB"),
        ("Great Britain", "GB"),
        ("England", "GB"),
        ("Holland", "NL"),
        ("Germany", "DE"),
        ("Czech Republic", "CZ"),
        ("Czechia", "CZ"),
        ("South Korea", "KR"),
        ("Viet Nam", "VN"),
        ("Türkiye", "TR"),
        ("Turkiye", "TR"),
        ("Turkey", "TR"),
        ("Côte d\u2019Ivoire", "CI"),
        ("Cote d'Ivoire", "CI"),
        # blank, unknown, more than a country: the default
        (None, "CH"),
        ("", "CH"),
        ("  ", "CH"),
        ("Narnia", "CH"),
        ("Europe", "CH"),
        ("001", "CH"),
    ],
)
def test_a_country_is_found_as_people_write_it(country: str | None, region: str) -> None:
    assert region_of(country, "CH") == region


def test_a_keyed_hash_joins_and_reveals_nothing_without_the_key() -> None:
    first = keyed_hash("ann@example.com", b"key")
    assert first == keyed_hash("ann@example.com", b"key")
    assert first != keyed_hash("ann@example.com", b"other key")
    assert first != keyed_hash("bob@example.com", b"key")
    assert first is not None
    assert len(first) == 64
    assert int(first, 16) > 0


def test_a_keyed_hash_is_the_same_on_every_machine() -> None:
    assert keyed_hash("é", b"k") == "41b08e48379060d5566363083dabd4b2f9afd6e169af22d26522dbdc5e7a5134"


def test_a_keyed_hash_of_nothing_is_nothing() -> None:
    assert keyed_hash(None, b"key") is None
    assert keyed_hash("", b"key") is not None


@pytest.mark.parametrize(
    ("name", "normal"),
    [
        ("Harbourpine Logistics GmbH", "harbourpine logistics"),
        ("HARBOURPINE LOGISTICS", "harbourpine logistics"),
        ("Acme, Inc.", "acme"),
        ("  Acme   Ltd  ", "acme"),
        ("Nestlé S.A.", "nestle"),
        ("Groenendaal Kassenbouw B.V.", "groenendaal kassenbouw"),
        ("Oduya & Sons LLP", "oduya sons"),
        ("GmbH", "gmbh"),  # nothing but a legal form is a name after all
        ("3M Co", "3m"),
        ("株式会社トヨタ", "株式会社トヨタ"),
        ("", None),
        (None, None),
        ("---", None),
    ],
)
def test_a_company_has_one_name_whatever_its_legal_form(name: str | None, normal: str | None) -> None:
    assert normalize_company(name) == normal


@given(ANY_TEXT)
def test_a_companys_normal_form_is_its_own_or_shorter(name: str) -> None:
    normal = normalize_company(name)
    assert normal is None or len(normalize_company(normal) or "") <= len(normal)
