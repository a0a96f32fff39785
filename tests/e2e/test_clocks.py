"""When a value changed: by the CRM's own history where there is one, and never by who copied it last."""

import pytest

pytestmark = pytest.mark.xdist_group("world")

# Ottoline Marchetti: the same phone in both systems.
CONTACT, RECORD = "003Qy00000i5x9HIAQ", "77565320495"
EMAIL = "ottoline.marchetti@harbourpine-logistics.com"
# Quillstone Capital Partners: one company in both.
ACCOUNT, COMPANY = "001Qy00000PlHSrIAN", "25780626340"
NEW, NEW_TEXT = "+494066969777", "+49 40 66969 777"
INTEGRATION = "hubspot:51"
DAY = 86_400


def phone(world):
    """(value, source, clock) of the canonical phone."""
    ((found),) = world.published.rows(
        "select value, fields.source, clock from marts.customer_fields as fields "
        "join marts.customer_sources as sources using (customer_id) "
        "where sources.source_record_id = ? and field = 'phone'",
        CONTACT,
    )
    return found


def change(world, system, object_name, record_id, values, **more):
    world.sandbox.change(
        {
            "system": system,
            "action": "update",
            "object": object_name,
            "id": record_id,
            "values": values,
            **more,
        }
    )


@pytest.mark.parametrize("has_history", [True, pytest.param(False, marks=pytest.mark.long)])
def test_an_unrelated_edit_never_makes_an_old_value_win(world, has_history):
    if not has_history:
        world.sandbox.switch(tracked_fields=[])
    change(world, "salesforce", "Contact", CONTACT, {"Phone": NEW_TEXT})
    world.sandbox.clock(advance=60)
    change(world, "hubspot", "contacts", RECORD, {"jobtitle": "Chief Harbour Pilot"})

    world.sync()

    grade = "field_history" if has_history else "observed"
    assert phone(world) == (NEW, "salesforce", grade)
    logged = world.published.rows(
        "select new_value, clock from ops.source_changes where source = 'salesforce' and field = 'Phone'"
    )
    assert logged == [(NEW_TEXT, grade)]
    world.sandbox.clock(advance=DAY)
    change(world, "hubspot", "contacts", RECORD, {"jobtitle": "Harbour Master"})
    world.sync()
    assert phone(world) == (NEW, "salesforce", grade)


@pytest.mark.long
def test_a_companys_phone_that_an_integration_copies_keeps_its_clock_too(world, json_of, monkeypatch):
    project = world.root / "dbt_project.yml"
    line = "phone:               {rule: source_priority, sources: [salesforce, hubspot], blank: fall_through"
    policy = project.read_text()
    assert policy.count(line) == 1
    project.write_text(policy.replace(line, line.replace("source_priority", "recency")))
    monkeypatch.setenv("CANON_INTEGRATION_USERS", INTEGRATION)
    source = {"sourceType": "INTEGRATION", "sourceId": "userId:51", "updatedByUserId": "51"}
    change(world, "salesforce", "Account", ACCOUNT, {"Phone": "+1 617 555 0177"})
    world.sync()
    cell = "select changed_at from marts.company_fields where value = '+16175550177' and field = 'phone'"
    written = world.published.one(cell)
    world.sandbox.clock(advance=DAY)
    change(world, "hubspot", "companies", COMPANY, {"phone": "617-555-0177"}, source=source)
    world.sync()

    answer = json_of(world.canon("explain", f"company:hubspot:{COMPANY}", "phone", "--as-json").stdout)
    clocks = {
        each["source"]: (each["changed_at"], each["clock"]) for each in answer["fields"][0]["candidates"]
    }
    assert clocks["hubspot"] == clocks["salesforce"] == (written.isoformat() + "Z", "observed")


@pytest.mark.long
def test_a_phone_that_an_integration_copies_does_not_become_the_newest(world, json_of, monkeypatch):
    monkeypatch.setenv("CANON_INTEGRATION_USERS", INTEGRATION)
    old = phone(world)[0]
    source = {"sourceType": "INTEGRATION", "sourceId": "userId:51", "updatedByUserId": "51"}
    change(world, "salesforce", "Contact", CONTACT, {"Phone": NEW_TEXT})
    world.sync()
    written = world.published.one(
        "select changed_at from marts.customer_fields where value = ? and field = 'phone'", NEW
    )
    world.sandbox.clock(advance=DAY)
    change(world, "hubspot", "contacts", RECORD, {"phone": NEW_TEXT}, source=source)
    world.sync()

    answer = json_of(world.canon("explain", EMAIL, "phone", "--as-json").stdout)
    clocks = {
        each["source"]: (each["changed_at"], each["clock"]) for each in answer["fields"][0]["candidates"]
    }
    assert clocks["hubspot"] == clocks["salesforce"] == (written.isoformat() + "Z", "field_history")
    assert phone(world)[0] == NEW != old

    world.sandbox.clock(advance=DAY)
    newest = "+49 40 66969 888"
    change(world, "salesforce", "Contact", CONTACT, {"Phone": newest})
    change(world, "hubspot", "contacts", RECORD, {"phone": "+49 40 66969 999"}, source=source)
    world.sync()
    assert phone(world)[:2] == ("+494066969999", "hubspot"), "what nobody else says is an edit"
