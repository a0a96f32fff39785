"""The Salesforce objects that Canon reads, in the order in which it reads them."""

from collections.abc import Mapping, Sequence

from pipelines.objects import ObjectSpec

# SystemModstamp also moves on automated changes, and unlike LastModifiedDate no import can set it back.
CURSOR = "SystemModstamp"

OBJECTS = (
    ObjectSpec("User", "user", cursor=CURSOR),
    ObjectSpec("Account", "account", cursor=CURSOR),
    ObjectSpec("Contact", "contact", cursor=CURSOR),
    ObjectSpec("Lead", "lead", cursor=CURSOR),
    ObjectSpec("Opportunity", "opportunity", cursor=CURSOR),
    ObjectSpec("OpportunityContactRole", "opportunity_contact_role", cursor=CURSOR),
)

# A history row never changes, so it has no other stamp than that of its making.
HISTORY_CURSOR = "CreatedDate"
HISTORY_TABLES = {
    "Account": ("AccountHistory", "account_history"),
    "Contact": ("ContactHistory", "contact_history"),
    "Lead": ("LeadHistory", "lead_history"),
    "Opportunity": ("OpportunityFieldHistory", "opportunity_field_history"),
}


def histories(tracked: Mapping[str, Sequence[str]]) -> tuple[ObjectSpec, ...]:
    """The histories to read besides: of these fields of these objects."""
    return tuple(
        ObjectSpec(
            *HISTORY_TABLES[name],
            "history",
            HISTORY_CURSOR,
            parent=name,
            parent_column=f"{name}Id".lower(),
            tracked=history_names(fields),
        )
        for name, fields in tracked.items()
        if fields and name in HISTORY_TABLES
    )


def history_names(fields: Sequence[str]) -> tuple[str, ...]:
    """What the rows of a history call these fields: `OwnerId` is `Owner` there, mostly."""
    names = dict.fromkeys(fields)
    names |= dict.fromkeys(field.removesuffix("Id") for field in fields if field != "Id")
    return tuple(names)
