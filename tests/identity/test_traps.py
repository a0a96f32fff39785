"""The traps of identity, each a handful of records of its own, in one world that is built once.

A trap says who is one customer with whom, and what the audit says about the links that do not count.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.identity.log import Log, groups, identify, links

pytestmark = pytest.mark.xdist_group("identity")

# A Salesforce id that is not in the log.
PURGED = "003000000000999AAA"


@dataclass
class Answer:
    """Who is one customer: keys of each; `reasons` are (status, part of the reason) of the audit."""

    customers: list[set[str]]
    reasons: list[tuple[str, str]] = field(default_factory=list)


def an_address_in_both_systems(log: Log) -> Answer:
    one = log.contact("a1", "Ann Smith", "Ann.Smith@One.example")
    other = log.person("1", "Ann Smith", " ann.smith@one.example ")
    return Answer([{one, other}])


def a_shared_household(log: Log) -> Answer:
    ines = log.contact("b1", "Ines Halloway", "home@family.example")
    rutger = log.contact("b2", "Rutger Halloway", "home@family.example")
    nameless = log.person("2", "", "home@family.example")
    return Answer([{ines}, {rutger}, {nameless}], [("refused", "fits several people")])


def a_role_mailbox(log: Log) -> Answer:
    one = log.contact("c1", "Hattie Cran", "info@brewery.example")
    other = log.person("3", "Hattie Cran", "info@brewery.example", company="Brewery")
    # Her name at the company of the address still links her: the mailbox says nothing, her name does.
    return Answer([{one, other}], [("blocked", "names a desk")])


def a_role_mailbox_of_two(log: Log) -> Answer:
    one = log.contact("d1", "Hattie Cran", "sales@brewery2.example")
    other = log.person("4", "Emeka Brindle", "sales@brewery2.example")
    return Answer([{one}, {other}], [("blocked", "names a desk")])


def one_external_id_on_different_people(log: Log) -> Answer:
    one = log.contact("e1", "Ann Smith", "", Product_User_Id__c="usr_e")
    other = log.contact("e2", "Mary Jones", "", Product_User_Id__c="usr_e")
    third = log.person("5", "Ann Smith", "", product_user_id="usr_e")
    return Answer([{one}, {other}, {third}], [("blocked", "several records of one system share it")])


def an_external_id_whose_names_contradict(log: Log) -> Answer:
    one = log.contact("f1", "Ann Smith", "", Product_User_Id__c="usr_f")
    other = log.person("6", "Mary Jones", "", product_user_id="usr_f")
    return Answer([{one}, {other}], [("refused", "the names contradict each other")])


def a_user_of_the_product_is_tied_by_id_and_by_address(log: Log) -> Answer:
    known = log.contact("pa1", "Pia Arden", "pia@arden.example", Product_User_Id__c="usr_pia")
    user = log.user("usr_pia", "pia.private@gmail.com")
    other = log.person("pa2", "Paul Arden", "paul@arden.example")
    second = log.user("usr_paul", "Paul@Arden.example")
    return Answer([{known, user}, {other, second}])


def a_user_whom_no_crm_knows(log: Log) -> Answer:
    return Answer([{log.user("usr_alone", "alone@nowhere.example")}])


def a_user_on_a_shared_mailbox_is_whose_id_it_is(log: Log) -> Answer:
    ida = log.contact("pb1", "Ida Berg", "berg@household.example", Product_User_Id__c="usr_ida")
    otto = log.contact("pb2", "Otto Berg", "berg@household.example")
    user = log.user("usr_ida", "berg@household.example")
    return Answer([{ida, user}, {otto}], [("refused", "fits several people")])


def a_user_between_two_names_makes_them_no_one(log: Log) -> Answer:
    quinn = log.contact("pc1", "Quinn Castor", "", Product_User_Id__c="usr_lent")
    rhea = log.person("pc2", "Rhea Dorne", "rhea@dorne.example")
    # Quinn's account, lent to Rhea: the address is the stronger tie.
    user = log.user("usr_lent", "rhea@dorne.example")
    return Answer([{quinn}, {rhea, user}], [("demoted", "")])


def two_names_under_the_id_of_one_user(log: Log) -> Answer:
    one = log.contact("pd1", "Sam Early", "", Product_User_Id__c="usr_two")
    other = log.person("pd2", "Tess Late", "", product_user_id="usr_two")
    return Answer([{one}, {other}, {log.user("usr_two")}], [("refused", "fits several people")])


def a_placeholder_for_an_external_id(log: Log) -> Answer:
    one = log.contact("g1", "Ann Gray", "", Product_User_Id__c="N/A")
    other = log.person("7", "Ann Gray", "", product_user_id="N/A")
    return Answer([{one}, {other}], [("blocked", "typed to fill the field")])


def father_and_son_with_a_suffix(log: Log) -> Answer:
    father = log.add("Contact", "h1", FirstName="John", LastName="Miller Sr.", Email="miller@farm.example")
    son = log.add("Contact", "h2", FirstName="John", LastName="Miller, Jr", Email="miller@farm.example")
    third = log.add("Contact", "h3", FirstName="John", LastName="Miller III", Email="miller@farm.example")
    other = log.person("8", "John Miller", "miller@farm.example")
    return Answer([{father}, {son}, {third}, {other}])


def couples_with_one_mailbox(log: Log) -> Answer:
    """Names that differ in their first or last letter, or in the second of two words, are two people's."""
    pairs = [("Daniel", "Daniela"), ("Maria", "Mario"), ("Simon", "Simone"), ("Jean Paul", "Jean Luc")]
    pairs += [("Jan", "Jon"), ("Kristin", "Kirsten"), ("Paul", "Paula"), ("Holly", "Molly")]
    pairs += [("Mara", "Maria"), ("Jo", "Joe"), ("Jason", "Mason"), ("Jean Paul", "Jean Raul")]
    pairs += [("José Luis", "José Antonio"), ("María José", "Mario José"), ("Bob Luc", "Robert Paul")]
    keys = [
        log.add("Contact", f"j{at}{first}", FirstName=first, LastName="Couple", Email=f"couple{at}@gmail.com")
        for at, pair in enumerate(pairs)
        for first in pair
    ]
    return Answer([{key} for key in keys], [("refused", "the names contradict each other")])


def a_misspelt_word_of_a_first_name(log: Log) -> Answer:
    one = log.contact("bi1", "Jean-Pierre Duval", "duval@gmail.com")
    other = log.person("37", "Jean Piere Duval", "duval@gmail.com")
    third = log.add("Contact", "bi2", FirstName="Bob Charles", LastName="Wynn", Email="wynn@gmail.com")
    fourth = log.add("contacts", "38", firstname="Robert C", lastname="Wynn", email="wynn@gmail.com")
    return Answer([{one, other}, {third, fourth}])


def a_misspelt_last_name(log: Log) -> Answer:
    one = log.contact("bf1", "Hudson Chandler", "hudson@gmail.com")
    other = log.person("33", "Hudson Chadoler", "hudson@gmail.com")
    return Answer([{one, other}])


def father_and_son_of_two_last_names(log: Log) -> Answer:
    """The son's second last name is his mother's; the generation may be a number."""
    father = log.add("Contact", "bg1", FirstName="José", LastName="García López", Email="garcia@gmail.com")
    son = log.add("contacts", "34", firstname="José", lastname="García Gómez", email="garcia@gmail.com")
    second = log.add("Contact", "bg2", FirstName="John", LastName="Hale 2nd", Email="hale@gmail.com")
    third = log.add("contacts", "35", firstname="John", lastname="Hale 3rd", email="hale@gmail.com")
    return Answer([{father}, {son}, {second}, {third}], [("refused", "the names contradict each other")])


def one_name_twice_beside_two_that_it_fits(log: Log) -> Answer:
    """The same name on the same address is one person, also where it could be a third one's."""
    one = log.contact("bh1", "Liam Webb", "webb@gmail.com")
    other = log.person("36", "Liam Webb", "webb@gmail.com")
    third = log.contact("bh2", "Liam Wexb", "webb@gmail.com")
    fourth = log.contact("bh3", "Liam Wubb", "webb@gmail.com")
    return Answer([{one, other}, {third}, {fourth}], [("refused", "fits several people")])


def one_name_with_and_without_its_second_word(log: Log) -> Answer:
    one = log.add("Contact", "n1", FirstName="Mary Ann", LastName="Lowe", Email="lowe@gmail.com")
    other = log.person("27", "Mary Lowe", "lowe@gmail.com")
    third = log.add("Lead", "n2", FirstName="Mary A.", LastName="Lowe Jr.", Email="lowe@gmail.com")
    return Answer([{one, other, third}])


def external_ids_that_are_blank(log: Log) -> Answer:
    one = log.contact("ba1", "John Smith", "john@blank.example", Product_User_Id__c="  ")
    other = log.person("28", "John Jones", "jones@blank2.example", product_user_id="  ")
    return Answer([{one}, {other}])


def an_external_id_with_blanks_around_it(log: Log) -> Answer:
    one = log.contact("bb1", "Kay Kent", "", Product_User_Id__c=" usr_kay ")
    other = log.person("29", "Kay Kent", "", product_user_id="usr_kay")
    third = log.contact("bb2", "Kay One", "", Product_User_Id__c="N/A ")
    fourth = log.person("30", "Kay Two", "", product_user_id="n/a")
    return Answer([{one, other}, {third}, {fourth}], [("blocked", "typed to fill the field")])


def one_external_id_on_two_last_names_of_one_system(log: Log) -> Answer:
    one = log.contact("bc1", "Ann Tenant", "", Product_User_Id__c="usr_tenant")
    other = log.contact("bc2", "Ann Landlord", "", Product_User_Id__c="usr_tenant")
    return Answer([{one}, {other}], [("blocked", "several records of one system share it")])


def an_external_id_after_a_marriage(log: Log) -> Answer:
    one = log.contact("bd1", "Ann Maiden", "", Product_User_Id__c="usr_bride")
    other = log.person("31", "Ann Married", "", product_user_id="usr_bride")
    return Answer([{one, other}])


def companies_that_are_named_alike(log: Log) -> Answer:
    """Of several companies none is primary: which one's colleague she is cannot be known."""
    one = log.contact("be1", "Yan Yates", "yan@y1.example")
    other = log.contact("be2", "Yan Yates", "yan@y2.example")
    third = log.person("32", "Yan Yates", "")
    for at in (1, 2):
        log.add("companies", f"y{at}", name=f"Y{at}", domain=f"y{at}.example")
    log.add("contacts_companies", "32", to_ids="y2;y1", primary_to_id="", association_types="{}")
    return Answer([{one}, {other}, {third}])


def father_and_son_with_one_name(log: Log) -> Answer:
    """Nothing tells them apart but a steward, and what he says holds also for who joins later."""
    father = log.contact("i1", "John Baker", "baker@farm2.example")
    son = log.contact("i2", "John Baker", "baker@farm2.example")
    third = log.person("9", "John Baker", "baker@farm2.example")
    log.decide("cannot_link", father, son)
    log.decide("must_link", son, third)
    return Answer([{father}, {son, third}], [("demoted", "a steward keeps two of their records apart")])


def a_changed_job(log: Log) -> Answer:
    """New address, new company, the same CRM link."""
    one = log.contact("003000000000001AAA", "Ann Jobs", "ann@old.example")
    other = log.person("10", "Ann Jobs", "ann@new.example", salesforcecontactid="003000000000001AAA")
    return Answer([{one, other}])


def swapped_addresses(log: Log) -> Answer:
    ann = log.contact("k1", "Ann Lee", "ann@swap.example")
    bob = log.contact("k2", "Bob Ray", "bob@swap.example")
    other_ann = log.person("11", "Ann Lee", "bob@swap.example")
    other_bob = log.person("12", "Bob Ray", "ann@swap.example")
    return Answer([{ann}, {bob}, {other_ann}, {other_bob}], [("demoted", "two addresses at one company")])


def swapped_addresses_that_the_crm_links(log: Log) -> Answer:
    ann = log.contact("003000000000011AAA", "Ann Moss", "ann@swap2.example")
    bob = log.contact("003000000000012AAA", "Bob Moss", "bob@swap2.example")
    other_ann = log.person("13", "Ann Moss", "bob@swap2.example", salesforcecontactid="003000000000011AAA")
    other_bob = log.person("14", "Bob Moss", "ann@swap2.example", salesforcecontactid="003000000000012AAA")
    return Answer([{ann, other_ann}, {bob, other_bob}])


def a_stale_link_to_a_record_that_is_gone(log: Log) -> Answer:
    one = log.contact("m1", "Rosa Feather", "rosa@stale.example")
    other = log.person("15", "Rosa Feather", "rosa@stale.example", salesforcecontactid=PURGED)
    return Answer([{one, other}], [("refused", "a record that it names is not there")])


def a_link_that_two_claim(log: Log) -> Answer:
    one = log.contact("003000000000021AAA", "Theo Lim", "theo@claim.example")
    first = log.person("16", "Theo Lim", "theo@claim.example", salesforcecontactid="003000000000021AAA")
    second = log.person("17", "T. Events", "tvl@gmail.com", salesforcecontactid="003000000000021AAA")
    return Answer([{one, first}, {second}], [("refused", "several records say that they are this one")])


def a_recycled_address(log: Log) -> Answer:
    """Somebody left, and years later somebody else got the address."""
    gone = log.contact("o1", "Jane Doe", "j.doe@recycled.example", deleted=True)
    new = log.person("18", "Jasper Doeker", "j.doe@recycled.example")
    return Answer([{gone}, {new}])


def one_name_twice_in_a_company(log: Log) -> Answer:
    one = log.contact("p1", "Ji-woo Park", "jiwoo.park@names.example")
    other = log.contact("p2", "Ji-woo Park", "jiwoo.park2@names.example")
    third = log.person("19", "Ji-woo Park", "", website="")
    log.add("companies", "c19", name="Names", domain="names.example")
    log.add("contacts_companies", "19", to_ids="c19", primary_to_id="c19", association_types="{}")
    return Answer([{one}, {other}, {third}], [("blocked", "several records of one system share it")])


def a_name_at_a_company(log: Log) -> Answer:
    log.add("Account", "q-account", Name="Unique", Website="https://www.unique.example/")
    one = log.contact("q1", "Clementine Achter", "clem@unique.example", AccountId="q-account")
    other = log.person("20", "Clémentine  Achter", "")
    log.add("companies", "c20", name="Unique", domain="unique.example")
    log.add("contacts_companies", "20", to_ids="c20", primary_to_id="c20", association_types="{}")
    return Answer([{one, other}])


def a_name_at_a_free_mail_domain(log: Log) -> Answer:
    one = log.contact("r1", "Dolores King", "dolores.oregon@gmail.com")
    other = log.person("21", "Dolores King", "dolores.texas@gmail.com")
    return Answer([{one}, {other}])


def a_name_that_would_join_two_people_through_a_third(log: Log) -> Answer:
    """John, somebody without a name, Mary: the address joins the first two, the id would join Mary."""
    john = log.contact("s1", "John Adams", "j@third.example")
    nameless = log.person("22", "", "j@third.example", product_user_id="usr_s")
    mary = log.contact("s2", "Mary Quince", "m@third.example", Product_User_Id__c="usr_s")
    return Answer([{john, nameless}, {mary}], [("demoted", "the names contradict each other")])


def a_merge_that_joined_two_names(log: Log) -> Answer:
    """The CRM's own merge is a fact; who carries the name of the one that is gone is not thereby hers."""
    john = log.contact("t1", "John Winner", "john@merge.example")
    lost = log.contact("t2", "Mary Loser", "mary@merge.example", deleted=True, MasterRecordId="t1")
    mary = log.person("23", "Mary Loser", "mary@merge.example")
    return Answer([{john, lost}, {mary}], [("demoted", "the names contradict each other")])


def a_chain_of_merges(log: Log) -> Answer:
    keys = {
        log.contact(f"u{at}", "Uma Chain", "", deleted=True, MasterRecordId=f"u{at + 1}") for at in range(9)
    }
    return Answer([keys | {log.contact("u9", "Uma Chain", "uma@chain.example")}])


def a_converted_lead_under_another_name(log: Log) -> Answer:
    lead = log.add(
        "Lead", "v1", FirstName="Bill", LastName="Maiden", ConvertedContactId="v2", IsConverted="true"
    )
    contact = log.contact("v2", "Willa Married", "willa@lead.example")
    other = log.person("24", "Willa Married", "willa@lead.example")
    return Answer([{lead, contact, other}])


def more_addresses_than_a_person_has(log: Log) -> Answer:
    """Six addresses, joined by ids: the weakest links go, not the whole person."""
    contacts = [
        log.contact(f"w{at}", "Wanda Many", f"wanda{at}@gmail.com", Product_User_Id__c=f"usr_w{at}")
        for at in range(6)
    ]
    people = [
        log.person(f"w{at}", "Wanda Many", f"wanda{at + 1}@gmail.com", product_user_id=f"usr_w{at}")
        for at in range(5)
    ]
    return Answer([{*contacts, *people}], [("demoted", "more than 5 addresses")])


def what_a_steward_joins(log: Log) -> Answer:
    one = log.contact("x1", "Ann Other", "ann.o@steward.example")
    other = log.person("25", "Mary Else", "mary.e@steward2.example")
    log.decide("must_link", one, other)
    return Answer([{one, other}])


def a_decision_that_was_withdrawn(log: Log) -> Answer:
    one = log.contact("y1", "Ann Still", "still@steward.example")
    other = log.person("26", "Ann Still", "still@steward.example")
    log.decide("cannot_link", one, other)
    log.decide("withdrawn", one, other)
    return Answer([{one, other}])


def a_steward_against_the_crm(log: Log) -> Answer:
    lead = log.add(
        "Lead", "z1", FirstName="Ann", LastName="Wrong", ConvertedContactId="z2", IsConverted="true"
    )
    contact = log.contact("z2", "Bob Wrong", "bob@wrong.example")
    log.decide("cannot_link", lead, contact)
    return Answer([{lead}, {contact}], [("demoted", "a steward keeps two of their records apart")])


TRAPS: list[Callable[[Log], Answer]] = [
    found
    for name, found in list(globals().items())
    if callable(found) and getattr(found, "__annotations__", {}).get("log")
]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Answer]]:
    """A warehouse in which every trap was built, and what each should have come to."""
    warehouse = tmp_path_factory.mktemp("traps") / "canon.duckdb"
    log = Log()
    expected = {trap.__name__: trap(log) for trap in TRAPS}
    log.write(warehouse)
    identify(warehouse)
    return warehouse, expected


def test_there_are_traps() -> None:
    assert len(TRAPS) >= 25


@pytest.mark.parametrize("trap", [trap.__name__ for trap in TRAPS])
def test_a_trap_catches_nobody(answers: tuple[Path, dict[str, Answer]], trap: str) -> None:
    warehouse, expected = answers
    answer = expected[trap]
    keys = set().union(*answer.customers)
    found = {group for group in groups(warehouse) if group & keys}
    if any("more than 5 addresses" in reason for _, reason in answer.reasons):
        assert len(found) == 2
    else:
        assert found == {frozenset(group) for group in answer.customers}
    said = [
        (status, reason or "") for left, right, _, status, reason in links(warehouse) if {left, right} & keys
    ]
    for status, part in answer.reasons:
        assert [reason for stated, reason in said if stated == status and part in reason], said
