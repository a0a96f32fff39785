"""hubspot-api-client 12.0.0, unchanged, against the sandbox."""

from __future__ import annotations

import json

import pytest
from hubspot import HubSpot
from hubspot.crm import associations, contacts, deals
from hubspot.crm.associations import v4
from hubspot.crm.contacts.exceptions import (
    ApiException,
    ForbiddenException,
    NotFoundException,
    UnauthorizedException,
)

from sandbox.client import Sandbox
from tests.sandbox.conftest import hubspot

ADA, BO, DEE, EVE, MERGED, ARCHIVED = (str(72_000_000_000 + number) for number in (1, 2, 4, 5, 6, 7))
ACME, BIRCH, CEDAR = (str(25_000_000_000 + number) for number in (1, 2, 3))


def filters(*conditions: dict[str, object], **more: object) -> contacts.PublicObjectSearchRequest:
    groups = [{"filters": list(conditions)}] if conditions else []
    return contacts.PublicObjectSearchRequest(filter_groups=groups, **more)


def search_ids(client: HubSpot, request: contacts.PublicObjectSearchRequest) -> list[str]:
    return [record.id for record in client.crm.contacts.search_api.do_search(request).results]


def test_listing_pages_to_the_end(hs: HubSpot) -> None:
    page = hs.crm.contacts.basic_api.get_page(limit=4, properties=["email", "nonsense"])
    rest = hs.crm.contacts.basic_api.get_page(limit=4, after=page.paging.next.after)
    assert [len(page.results), len(rest.results)] == [4, 2]
    assert rest.paging is None
    assert set(page.results[0].properties) == {"email", "createdate", "hs_object_id", "lastmodifieddate"}


def test_get_all_with_history_stays_within_fifty(hs: HubSpot) -> None:
    records = hs.crm.contacts.get_all(properties_with_history=["phone"])
    history = {record.id: record.properties_with_history["phone"] for record in records}
    assert [entry.value for entry in history[ADA]] == ["+41 31 000 00 00", "+41 31 999"]
    assert history[DEE] == []


def test_inline_associations_repeat_an_id_per_type(hs: HubSpot) -> None:
    record = hs.crm.contacts.basic_api.get_by_id(ADA, associations=["companies", "deals"])
    companies = record.associations["companies"].results
    assert [(entry.id, entry.type) for entry in companies] == [
        (ACME, "contact_to_company"),
        (ACME, "contact_to_company_unlabeled"),
    ]
    assert len(record.associations["deals"].results) == 1


def test_archived_records_are_listed_apart(hs: HubSpot) -> None:
    assert [record.id for record in hs.crm.contacts.basic_api.get_page(archived=True).results] == [ARCHIVED]
    with pytest.raises(NotFoundException):
        hs.crm.contacts.basic_api.get_by_id(ARCHIVED)
    assert hs.crm.contacts.basic_api.get_by_id(ARCHIVED, archived=True).archived


def test_reading_by_email(hs: HubSpot) -> None:
    assert hs.crm.contacts.basic_api.get_by_id("ADA@acme.example", id_property="email").id == ADA


def test_an_id_that_was_merged_away_answers_with_its_survivor(hs: HubSpot) -> None:
    assert hs.crm.contacts.basic_api.get_by_id("71000000001").id == MERGED


def test_contacts_have_an_empty_decoy_stamp(hs: HubSpot) -> None:
    record = hs.crm.contacts.basic_api.get_by_id(ADA, properties=["hs_lastmodifieddate", "lastmodifieddate"])
    assert record.properties["hs_lastmodifieddate"] is None
    assert record.properties["lastmodifieddate"] == "2025-06-01T09:00:00.456Z"


def test_batch_read_reports_what_is_missing(hs: HubSpot) -> None:
    inputs = [{"id": ADA}, {"id": "999"}, {"id": ADA}]
    request = contacts.BatchReadInputSimplePublicObjectId(
        inputs=inputs, properties=["email"], properties_with_history=[]
    )
    reply = hs.crm.contacts.batch_api.read(request)
    assert [record.id for record in reply.results] == [ADA]
    assert reply.errors[0].context == {"ids": ["999"]}


def test_batch_read_by_email(hs: HubSpot) -> None:
    request = contacts.BatchReadInputSimplePublicObjectId(
        inputs=[{"id": "bo@birch.example"}], properties=[], properties_with_history=[], id_property="email"
    )
    assert [record.id for record in hs.crm.contacts.batch_api.read(request).results] == [BO]


def test_batch_read_with_history_takes_fifty(hs: HubSpot) -> None:
    inputs = [{"id": str(number)} for number in range(51)]
    request = contacts.BatchReadInputSimplePublicObjectId(
        inputs=inputs, properties=[], properties_with_history=["email"]
    )
    with pytest.raises(ApiException) as caught:
        hs.crm.contacts.batch_api.read(request)
    assert "property histories is 50" in json.loads(caught.value.body)["message"]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"propertyName": "email", "operator": "EQ", "value": "ADA@acme.example"}, [ADA]),
        ({"propertyName": "email", "operator": "HAS_PROPERTY"}, 5),
        ({"propertyName": "phone", "operator": "NOT_HAS_PROPERTY"}, 5),
        ({"propertyName": "lastmodifieddate", "operator": "GT", "value": "2025-06-03T09:00:00Z"}, 3),
        ({"propertyName": "lastmodifieddate", "operator": "BETWEEN", "value": "1748854800001",
          "highValue": "1748941200000"}, 2),
        ({"propertyName": "hs_object_id", "operator": "GT", "value": DEE}, 2),
        ({"propertyName": "lifecyclestage", "operator": "IN", "values": ["lead", "customer"]}, 2),
        ({"propertyName": "lifecyclestage", "operator": "NOT_IN", "values": ["lead"]}, 5),
        ({"propertyName": "email", "operator": "CONTAINS_TOKEN", "value": "cedar*"}, 3),
        ({"propertyName": "hs_score", "operator": "LT", "value": "1"}, [ADA]),
        ({"propertyName": "birthday", "operator": "LTE", "value": "1709164800000"}, [BO]),
        ({"propertyName": "hs_lastmodifieddate", "operator": "GTE", "value": "1"}, 0),
    ],
)  # fmt: skip
def test_search_filters(hs: HubSpot, condition: dict[str, object], expected: list[str] | int) -> None:
    found = search_ids(hs, filters(condition))
    assert (found if isinstance(expected, list) else len(found)) == expected


def test_search_pages_by_offset_in_the_order_asked_for(hs: HubSpot) -> None:
    sorts = [{"propertyName": "lastmodifieddate", "direction": "DESCENDING"}]
    first = hs.crm.contacts.search_api.do_search(filters(limit=4, sorts=sorts))
    assert (first.total, first.paging.next.after, len(first.results)) == (6, "4", 4)
    last = hs.crm.contacts.search_api.do_search(filters(limit=4, after="4", sorts=sorts))
    assert last.results[-1].id == ADA
    assert last.paging is None


@pytest.mark.parametrize(
    "more",
    [
        {"limit": 201},
        {"limit": 100, "after": "9901"},
        {"sorts": [{"propertyName": "email"}, {"propertyName": "phone"}]},
        {"filter_groups": [{"filters": []}] * 6},
        {"filter_groups": [{"filters": [{"propertyName": "nonsense", "operator": "EQ", "value": "1"}]}]},
    ],
)
def test_search_caps(hs: HubSpot, more: dict[str, object]) -> None:
    with pytest.raises(ApiException) as caught:
        hs.crm.contacts.search_api.do_search(contacts.PublicObjectSearchRequest(**more))
    assert caught.value.status == 400


def test_search_replies_carry_no_limit_headers(hs: HubSpot) -> None:
    _, _, searched = hs.crm.contacts.search_api.do_search_with_http_info(filters())
    _, _, listed = hs.crm.contacts.basic_api.get_page_with_http_info()
    assert not [name for name in searched if "ratelimit" in name.lower()]
    assert listed["X-HubSpot-RateLimit-Max"] == "190"


def test_free_text_search(hs: HubSpot) -> None:
    assert search_ids(hs, filters(query="cedar eve")) == [EVE]


def test_properties_owners_and_pipelines(hs: HubSpot) -> None:
    properties = {entry.name: entry for entry in hs.crm.properties.core_api.get_all("contacts").results}
    assert "secret_note" not in properties
    assert properties["lastmodifieddate"].modification_metadata.read_only_value
    owners = hs.crm.owners.owners_api.get_page(limit=1)
    assert [owner.id for owner in owners.results] == ["901"]
    assert [
        owner.id for owner in hs.crm.owners.owners_api.get_page(after=owners.paging.next.after).results
    ] == ["902"]
    left = hs.crm.owners.owners_api.get_page(archived=True).results[0]
    assert (left.user_id, left.user_id_including_inactive) == (None, 13)
    stages = hs.crm.pipelines.pipelines_api.get_all("deals").results[0].stages
    assert [stage.id for stage in stages] == ["won", "open"]


def test_associations_v4(hs: HubSpot) -> None:
    page = hs.crm.associations.v4.basic_api.get_page("contacts", BO, "companies", limit=1)
    assert [str(target.to_object_id) for target in page.results] == [BIRCH]
    rest = hs.crm.associations.v4.basic_api.get_page(
        "contacts", BO, "companies", after=page.paging.next.after
    )
    assert [kind.label for kind in rest.results[0].association_types] == ["Former employer", None]
    reverse = hs.crm.associations.v4.basic_api.get_page("companies", ACME, "contacts")
    assert [[kind.type_id for kind in target.association_types] for target in reverse.results] == [[2, 280]]


def test_batch_read_of_associations_reports_lonely_records(hs: HubSpot) -> None:
    inputs = v4.BatchInputPublicFetchAssociationsBatchRequest(inputs=[{"id": ADA}, {"id": DEE}])
    reply = hs.crm.associations.v4.batch_api.get_page("contacts", "companies", inputs)
    assert [entry._from.id for entry in reply.results] == [ADA]
    assert reply.errors[0].sub_category == "crm.associations.NO_ASSOCIATIONS_FOUND"


def test_association_labels(hs: HubSpot) -> None:
    labels = hs.crm.associations.v4.schema.definitions_api.get_all("contacts", "companies").results
    assert {(entry.type_id, entry.label) for entry in labels} == {
        (279, None),
        (1, "Primary"),
        (37, "Former employer"),
    }


def test_a_record_is_created_changed_and_archived(world: Sandbox) -> None:
    client = hubspot(world)
    body = contacts.SimplePublicObjectInputForCreate(
        properties={"email": "new@x.example", "phone": "1"}, associations=[]
    )
    created = client.crm.contacts.basic_api.create(body)
    world.clock(advance=1)
    change = contacts.SimplePublicObjectInput(properties={"phone": "2"})
    client.crm.contacts.basic_api.update(created.id, change)
    record = client.crm.contacts.basic_api.get_by_id(created.id, properties_with_history=["phone"])
    assert [entry.value for entry in record.properties_with_history["phone"]] == ["2", "1"]
    assert record.updated_at > created.updated_at
    client.crm.contacts.basic_api.archive(created.id)
    assert created.id in [entry.id for entry in client.crm.contacts.basic_api.get_page(archived=True).results]


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"missing": "1"}, "PROPERTY_DOESNT_EXIST"),
        ({"hs_object_id": "1"}, "READ_ONLY_VALUE"),
        ({"email": "nobody"}, "INVALID_EMAIL"),
        ({"lifecyclestage": "alien"}, "INVALID_OPTION"),
        ({"birthday": "yesterday"}, "INVALID_DATE"),
    ],
)
def test_bad_values_are_refused(hs: HubSpot, properties: dict[str, str], code: str) -> None:
    with pytest.raises(ApiException) as caught:
        hs.crm.contacts.basic_api.update(ADA, contacts.SimplePublicObjectInput(properties=properties))
    assert code in json.loads(caught.value.body)["message"]


def test_an_email_belongs_to_one_contact(hs: HubSpot) -> None:
    body = contacts.SimplePublicObjectInputForCreate(
        properties={"email": "ada@acme.example"}, associations=[]
    )
    with pytest.raises(ApiException) as caught:
        hs.crm.contacts.basic_api.create(body)
    assert caught.value.status == 409
    assert json.loads(caught.value.body)["message"] == f"Contact already exists. Existing ID: {ADA}"


def test_a_merge_makes_a_new_record_that_both_ids_answer_with(world: Sandbox) -> None:
    client = hubspot(world)
    merge = contacts.PublicMergeInput(primary_object_id=ADA, object_id_to_merge=BO)
    merged = client.crm.contacts.basic_api.merge(merge)
    assert merged.id not in (ADA, BO)
    names = ["hs_merged_object_ids", "hs_additional_emails", "email", "birthday"]
    for old in (ADA, BO):
        record = client.crm.contacts.basic_api.get_by_id(old, properties=names, associations=["companies"])
        assert record.id == merged.id
        assert record.properties["hs_merged_object_ids"] == f"{ADA};{BO}"
        assert record.properties["hs_additional_emails"] == "bo@birch.example"
        assert record.properties["birthday"] == "2024-02-29"
        assert {entry.id for entry in record.associations["companies"].results} == {ACME, BIRCH, CEDAR}
    assert not {ADA, BO} & {record.id for record in client.crm.contacts.get_all()}


def test_an_old_style_merge_keeps_the_primary(world: Sandbox) -> None:
    world.switch(merge_style="old")
    client = hubspot(world)
    merge = contacts.PublicMergeInput(primary_object_id=ADA, object_id_to_merge=BO)
    assert client.crm.contacts.basic_api.merge(merge).id == ADA
    record = client.crm.contacts.basic_api.get_by_id(BO, properties=["hs_merged_object_ids"])
    assert (record.id, record.properties["hs_merged_object_ids"]) == (ADA, BO)


def test_gdpr_delete_leaves_nothing(world: Sandbox) -> None:
    client = hubspot(world)
    request = contacts.PublicGdprDeleteInput(object_id="ada@acme.example", id_property="email")
    client.crm.contacts.basic_api.purge(request)
    with pytest.raises(NotFoundException):
        client.crm.contacts.basic_api.get_by_id(ADA)
    assert ADA not in [record.id for record in client.crm.contacts.get_all(archived=True)]


def test_a_default_association_is_made_and_removed(world: Sandbox) -> None:
    api = hubspot(world).crm.associations.v4.basic_api
    api.create_default("contacts", DEE, "companies", CEDAR)
    assert [str(entry.to_object_id) for entry in api.get_page("contacts", DEE, "companies").results] == [
        CEDAR
    ]
    api.archive("contacts", DEE, "companies", CEDAR)
    assert api.get_page("contacts", DEE, "companies").results == []


def test_archived_records_are_left_out_of_associations(world: Sandbox) -> None:
    client = hubspot(world)
    api = client.crm.associations.v4.basic_api
    client.crm.contacts.basic_api.archive(ADA)
    assert api.get_page("companies", ACME, "contacts").results == []
    world.change({"system": "hubspot", "action": "restore", "object": "contacts", "id": ADA})
    assert [str(entry.to_object_id) for entry in api.get_page("companies", ACME, "contacts").results] == [ADA]


def test_a_property_is_archived_and_made_again_with_another_type(world: Sandbox) -> None:
    api = hubspot(world).crm.properties.core_api
    api.archive("contacts", "birthday")
    assert "birthday" not in [entry.name for entry in api.get_all("contacts").results]
    record = hubspot(world).crm.contacts.basic_api.get_by_id(BO, properties=["birthday"])
    assert "birthday" not in record.properties
    api.create(
        "contacts",
        {"name": "birthday", "label": "B", "type": "number", "fieldType": "number", "groupName": "g"},
    )
    record = hubspot(world).crm.contacts.basic_api.get_by_id(BO, properties=["birthday"])
    assert record.properties["birthday"] is None


def test_a_wrong_token_is_unauthorized(served: Sandbox) -> None:
    with pytest.raises(UnauthorizedException) as caught:
        hubspot(served, "pat-na1-other").crm.contacts.basic_api.get_page()
    assert json.loads(caught.value.body)["category"] == "INVALID_AUTHENTICATION"


def test_missing_scopes_are_forbidden(world: Sandbox) -> None:
    world.fault("missing_scopes", path="/objects/deals", scope="crm.objects.deals.read")
    with pytest.raises((ForbiddenException, deals.exceptions.ForbiddenException)) as caught:
        hubspot(world).crm.deals.basic_api.get_page()
    assert "crm.objects.deals.read" in caught.value.body


def test_an_access_token_lasts_thirty_minutes(world: Sandbox) -> None:
    client = hubspot(world)
    tokens = client.oauth.tokens_api.create(
        grant_type="refresh_token",
        client_id="sandbox-client-id",
        client_secret="sandbox-client-secret",
        refresh_token="pat-na1-sandbox-token",
    )
    fresh = hubspot(world, tokens.access_token)
    assert len(fresh.crm.contacts.basic_api.get_page().results) == 6
    world.clock(advance=1801)
    with pytest.raises(UnauthorizedException) as caught:
        fresh.crm.contacts.basic_api.get_page()
    assert json.loads(caught.value.body)["category"] == "EXPIRED_AUTHENTICATION"


def test_generic_requests_work_too(hs: HubSpot) -> None:
    reply = hs.api_request({"path": "/crm/v3/objects/0-1", "qs": {"limit": 2}})
    assert len(reply.json()["results"]) == 2
    assert associations is not None
