"""The HubSpot objects that Canon reads, in the order in which it reads them."""

from pipelines.objects import Links, ObjectSpec


def _links(links: Links) -> ObjectSpec:
    name = f"{links.from_object}_{links.to_object}"
    return ObjectSpec(name, name, kind="links", links=links)


# Contacts have a property hs_lastmodifieddate too, but it stays empty there: a search on it finds nothing.
OBJECTS = (
    ObjectSpec("contacts", "contacts", cursor="lastmodifieddate", has_links=True),
    ObjectSpec("companies", "companies", cursor="hs_lastmodifieddate"),
    ObjectSpec("deals", "deals", cursor="hs_lastmodifieddate", has_links=True),
    ObjectSpec("owners", "owners", kind="whole"),
    ObjectSpec("pipelines", "pipelines", kind="whole"),
    _links(Links("contacts", "companies", primary_type="1")),
    _links(Links("deals", "companies", primary_type="5")),
    _links(Links("deals", "contacts")),
)

OWNER_FIELDS = (
    "id",
    "email",
    "type",
    "firstName",
    "lastName",
    "userId",
    "userIdIncludingInactive",
    "createdAt",
    "updatedAt",
    "archived",
    "teams",
)
STAGE_FIELDS = (
    "pipeline_id",
    "pipeline_label",
    "stage_id",
    "stage_label",
    "display_order",
    "probability",
    "is_closed",
    "archived",
)
LINK_FIELDS = ("to_ids", "primary_to_id", "association_types")
FIXED_FIELDS = {"owners": OWNER_FIELDS, "pipelines": STAGE_FIELDS}
