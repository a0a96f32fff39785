"""The named people of the sample, after the first sync: the answers that data/README.md gives, and why."""

import pytest

pytestmark = pytest.mark.xdist_group("world")

# Who are one customer: each set of records, and nobody else's.
PEOPLE = {
    "Zoë Brandt-Okafor": [{"003Qy00000uQXQ1IAO", "79946781777"}],
    "Margarethe Oduya, Tobias Fennimore": [
        {"003Qy000003m57aIAA"},
        {"003Qy00000Q5HkpIAF", "77806920994"},
    ],
    "Ines and Rutger Halloway": [{"003Qy00000in4WmIAI"}, {"003Qy00000Z2wrdIAB"}, {"72916546726"}],
    "Hattie Cranbrook, Emeka Brindle": [{"003Qy00000IM7juIAD"}, {"76641183726"}],
    "Xiomara Delacroix-Huang": [{"003Qy000000a23ZIAQ", "78818289679"}],
    "Dolores Kingsley, twice": [{"003Qy00000Z7bQ1IAJ"}, {"76355511800"}],
    "Amara Nwosu-Lindqvist": [{"003Qy00000unYk0IAE", "77643474145", "00QQy00000r8pwyMAA"}],
    "Fernanda Núñez": [{"003Qy00000Ay5A5IAJ", "003Qy00000pANuZIAW", "75424228502"}],
    "Pádraig O'Brien": [{"003Qy00000myjWZIAY", "75307501192"}],
    "Oswin Pettigrew-Hale": [{"003Qy00000KXBmhIAH", "76867752314"}],
    "Rosalind Featherstone-Ng": [{"003Qy00000UFFubIAH", "73332111691"}],
    "Bartholomew Quist": [{"003Qy00000oskTGIAY", "73382424067"}],
    "Clementine Achterberg": [{"003Qy00000qzOTlIAM", "79151333970"}],
    "Ikaika Mahoe-Sinclair": [{"003Qy00000DcAAJIA3", "75301501068"}],
    "Cornelius Vane-Tempest, Leopold Marchbanks": [
        {"003Qy00000aKbQxIAK", "75379935019"},
        {"003Qy00000AkbQxIAJ"},
    ],
    "Jasper Doe-Whitlock": [{"003Qy00000BOK2VIAX", "77733066336"}],
    "Theodora Vasquez-Lim": [{"003Qy00000km8P6IAI", "77071956129"}, {"77809845876"}],
    "Ji-woo Park, twice": [{"003Qy00000Gj20sIAB"}, {"73171824599"}],
    "Robert Ashdown": [{"003Qy00000nQP3GIAW", "73873352608"}],
    "Nikolai Brandvold": [{"00QQy00000hYbidMAC"}],
    "Priyanka Raghunathan": [{"00QQy000006ytStMAI", "72239842172"}],
    "Cosima Bellweather": [{"003Qy00000bgjsNIAQ", "76703412546"}, {"76240219932"}],
}

# What the policy lets be right: a record of the person, and canonical values.
VALUES = {
    "Zoë Brandt-Okafor": ("79946781777", {"phone": "+493023125774", "phone_source": "hubspot"}),
    "Beatrix Holloway-Stern": (
        "76782185677",
        {"lifecycle_stage": "lead", "lifecycle_stage_source": "hubspot"},
    ),
    "Amara Nwosu-Lindqvist": ("77643474145", {"job_title": "Procurement Manager"}),
    "Fernanda Núñez": ("75424228502", {"email": "fernanda.nunez@solventa-montes.com"}),
    "Wilhelmina van der Berg": (
        "79334562042",
        {"is_deleted": False, "first_name_source": "hubspot", "email_opted_out": True},
    ),
    "Jean-Baptiste Thévenot": (
        "73867385379",
        {"is_deleted": False, "first_name_source": "salesforce", "lifecycle_stage": None},
    ),
    "Oswin Pettigrew-Hale": ("76867752314", {"is_deleted": True}),
    "Robert Ashdown": ("73873352608", {"first_name": "Robert", "email": "r.ashdown@oduya-fennimore.com"}),
    "Ottoline Marchetti": (
        "77565320495",
        {"email_opted_out": True, "email_opted_out_source": "salesforce"},
    ),
    "Gideon Blackwood-Reyes": ("75300775435", {"phone": "+16175550164", "phone_source": "hubspot"}),
    "Cordelia Ashworth-Mbeki": (
        "74469199956",
        {"account_owner": "dana.whitfield@northwind-demo.example", "account_owner_source": "salesforce"},
    ),
    "Ulrich Sonnenfeld": ("003Qy00000nWegCIAS", {"is_deleted": False}),
}


@pytest.fixture(scope="module")
def copy(world_of_module):
    """The published copy. Nothing here changes it."""
    return world_of_module.published


@pytest.mark.parametrize("who", PEOPLE)
def test_people_are_told_apart(copy, who):
    expected = sorted(map(sorted, PEOPLE[who]))
    found = copy.rows(
        "select list_sort(list(source_record_id)) from marts.customer_sources where customer_id in "
        "(select customer_id from marts.customer_sources where list_contains(?, source_record_id)) "
        "group by customer_id",
        [record for records in expected for record in records],
    )
    assert sorted(records for (records,) in found) == expected


@pytest.mark.parametrize("who", VALUES)
def test_the_policy_lets_the_right_value_be_right(copy, who):
    record_id, expected = VALUES[who]
    row = copy.customer(record_id)
    assert {name: row[name] for name in expected} == expected


def test_a_merged_record_supplies_nothing(copy):
    loser = "select source_record_id from marts.customer_sources where is_deleted and source_record_id = ?"
    assert copy.rows(loser, "003Qy00000pANuZIAW") == [("003Qy00000pANuZIAW",)]
    supplied = "select count(*) from marts.customer_fields where source_record_id = ?"
    assert copy.one(supplied, "003Qy00000pANuZIAW") == 0


@pytest.mark.parametrize("record_id", ["77565320495", "79334562042"])
def test_an_opt_out_anywhere_is_never_mailed(copy, record_id):
    mailed = "select count(*) from marts.marketable_customers where customer_id = ?"
    assert copy.one(mailed, copy.customer(record_id)["customer_id"]) == 0


@pytest.mark.parametrize(
    ("object_name", "record_id", "field"),
    [("Contact", "003Qy00000fxdrIIAQ", "phone"), ("Contact", "003Qy00000BOK2VIAX", "email")],
)
def test_a_value_that_is_none_is_rejected(copy, object_name, record_id, field):
    rejected = "select field, is_resolved from ops.rejected_records where object = ? and source_record_id = ?"
    assert copy.rows(rejected, object_name, record_id) == [(field, False)]
    assert copy.customer(record_id)[f"{field}_source"] != "salesforce"


@pytest.mark.parametrize(
    ("record_id", "kind", "field"),
    [
        ("72916546726", "identity", None),  # the Halloways' mailbox without a name
        ("73332111691", "identity", None),  # Rosalind's link to a contact that was purged
        ("77809845876", "identity", None),  # the second claim on Theodora
        ("74469199956", "conflict", "account_owner"),
    ],
)
def test_an_open_question_is_a_stewards_item(copy, record_id, kind, field):
    asked = "select kind, field from marts.review_queue where customer_id = ?"
    assert (kind, field) in copy.rows(asked, copy.customer(record_id)["customer_id"])


def test_one_company_behind_two_names(copy):
    found = copy.rows(
        "select name, name_source, list_sort(list(source_record_id)) from marts.companies "
        "join marts.company_sources using (company_id) where domain = 'harbourpine-logistics.com' "
        "group by all"
    )
    records = ["001Qy00000LCy4NIAT", "25237694817"]
    assert found == [("Harbourpine Logistics GmbH", "salesforce", records)]
    owner = (
        "select account_owner from marts.companies join marts.company_sources using (company_id) "
        "where source_record_id = '25780626340'"
    )
    assert copy.one(owner) == "dana.whitfield@northwind-demo.example"
