"""What happens at the sources on the second day: one scripted change per story."""

from __future__ import annotations

import ids
from world import JSON


def _salesforce(
    story: str, action: str, object_name: str, key: str, values: JSON | None = None, **more: str
) -> JSON:
    record_id = ids.salesforce_id(object_name, key)
    change: JSON = {
        "story": story,
        "system": "salesforce",
        "action": action,
        "object": object_name,
        "id": record_id,
    }
    return change | ({"values": values} if values else {}) | more


def _hubspot(story: str, action: str, key: str, values: JSON | None = None, **more: str) -> JSON:
    record_id = ids.hubspot_id("contacts", key)
    change: JSON = {
        "story": story,
        "system": "hubspot",
        "action": action,
        "object": "contacts",
        "id": record_id,
    }
    return change | ({"values": values} if values else {}) | more


def _new_contact() -> JSON:
    return {
        "story": "Nikolai Brandvold, so far only a Salesforce lead, fills in a form: HubSpot creates him.",
        "system": "hubspot",
        "action": "create",
        "object": "contacts",
        "values": {
            "email": "nikolai.brandvold@fjellhavn-subsea.com",
            "firstname": "Nikolai",
            "lastname": "Brandvold",
            "company": "Fjellhavn Subsea",
            "phone": "+45 33 12 40 77",
            "country": "Denmark",
            "lifecyclestage": "marketingqualifiedlead",
            "hs_email_optout": "false",
        },
    }


def changes() -> list[JSON]:
    """Return the changes of day two, in the order in which they happen."""
    marcus = {"OwnerId": ids.salesforce_id("User", "marcus")}
    won = {
        "StageName": "Closed Won",
        "Probability": 100.0,
        "ExpectedRevenue": 48000.0,
        "IsClosed": True,
        "IsWon": True,
    }
    return [
        _hubspot(
            "Søren Vestergaard-Lund gives marketing a new number: HubSpot's phone is now the newer one.",
            "update",
            "soren-vestergaard-lund",
            {"phone": "+49 40 66969 555"},
        ),
        _salesforce(
            "Sales fixes Zoë Brandt-Okafor's title in Salesforce; her stale phone there must not look new.",
            "update",
            "Contact",
            "zoe-brandt-okafor",
            {"Title": "Chief Platform Officer"},
        ),
        _salesforce(
            "Quillstone Capital Partners is handed from Dana Whitfield to Marcus Oyelaran in Salesforce.",
            "update",
            "Account",
            "quillstone-capital.com",
            marcus,
        ),
        _salesforce(
            "Her account's new owner also takes over Cordelia Ashworth-Mbeki; both systems agree again.",
            "update",
            "Contact",
            "cordelia-ashworth-mbeki",
            marcus,
        ),
        _new_contact(),
        _salesforce(
            "Priyanka Raghunathan's lead is converted into a contact of Brindlewood Brewing.",
            "convert",
            "Lead",
            "priyanka-raghunathan",
            account_id=ids.salesforce_id("Account", "brindlewood-brewing.com"),
        ),
        _hubspot(
            "Lieselotte Abernathy unsubscribes through a HubSpot mail: she may not be mailed any more.",
            "update",
            "lieselotte-abernathy",
            {"hs_email_optout": "true"},
        ),
        _hubspot(
            "Marketing archives Anneliese Kowalczyk in HubSpot; she lives on in Salesforce.",
            "archive",
            "anneliese-kowalczyk",
        ),
        _salesforce(
            "Ulrich Sonnenfeld is deleted in Salesforce, the only system that had him.",
            "delete",
            "Contact",
            "ulrich-sonnenfeld",
        ),
        _hubspot(
            "Two HubSpot contacts turn out to be one Cosima Bellweather and are merged.",
            "merge",
            "cosima-bellweather",
            loser_id=ids.hubspot_id("contacts", "cosima-bellweather-private"),
        ),
        _hubspot(
            "Amara Nwosu-Lindqvist becomes a customer in HubSpot.",
            "update",
            "amara-nwosu-lindqvist",
            {"lifecyclestage": "customer"},
        ),
        _salesforce(
            "The Lanternfield Platform Licence is won in Salesforce; HubSpot still says Contract Sent.",
            "update",
            "Opportunity",
            "lanternfield-platform",
            won,
        ),
    ]
