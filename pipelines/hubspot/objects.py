"""The HubSpot objects that Canon reads, in the order in which it reads them."""

from collections.abc import Mapping, Sequence

from pipelines.objects import Links, ObjectSpec


def _links(links: Links) -> ObjectSpec:
    name = f"{links.from_object}_{links.to_object}"
    return ObjectSpec(name, name, kind="links", links=links)


# Contacts have a property hs_lastmodifieddate too, but it stays empty there: a search on it finds nothing.
OBJECTS = (
    ObjectSpec("contacts", "contacts", cursor="lastmodifieddate", is_followed=True),
    ObjectSpec("companies", "companies", cursor="hs_lastmodifieddate", is_followed=True),
    ObjectSpec("deals", "deals", cursor="hs_lastmodifieddate", is_followed=True),
    ObjectSpec("owners", "owners", kind="whole"),
    ObjectSpec("pipelines", "pipelines", kind="whole"),
    _links(Links("contacts", "companies", primary_type="1")),
    _links(Links("deals", "companies", primary_type="5")),
    _links(Links("deals", "contacts")),
)


def histories(tracked: Mapping[str, Sequence[str]]) -> tuple[ObjectSpec, ...]:
    """The histories to read besides: of these properties of these objects."""
    return tuple(
        ObjectSpec(
            f"{name}_history",
            f"{name}_history",
            "history",
            parent=name,
            parent_column="record_id",
            tracked=tuple(properties),
        )
        for name, properties in tracked.items()
        if properties
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
# An entry of a property's history; all but the first two as HubSpot's API spells them.
HISTORY_FIELDS = (
    "record_id",
    "property",
    "value",
    "timestamp",
    "sourceType",
    "sourceId",
    "sourceLabel",
    "updatedByUserId",
)
LINK_FIELDS = ("to_ids", "primary_to_id", "association_types")
FIXED_FIELDS = {"owners": OWNER_FIELDS, "pipelines": STAGE_FIELDS}
