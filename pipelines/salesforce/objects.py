"""The Salesforce objects that Canon reads, in the order in which it reads them."""

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
