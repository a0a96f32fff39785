"""The named cast: the people and companies that the demo, the docs and the tests talk about.

Everybody here is invented. What each one shows, and what the answer should be, stands in `STORIES`,
from which the table of data/README.md is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import ids
import names
import world
from world import Change, Company, Person, Version

SAME = "same"
TITLES = ("Operations Manager", "Head of Finance", "Marketing Manager", "Director of IT", "Product Manager")


@dataclass(frozen=True)
class Story:
    """One row of the cast table; `keys` are the people (or company domains) it is about."""

    who: str
    keys: tuple[str, ...]
    special: str
    answer: str
    is_open: bool = False
    """The answer rests on a link, clock or review that Canon does not have yet; the table marks it."""


def at(text: str) -> datetime:
    """Read `2026-10-21 09:12`."""
    return datetime.fromisoformat(text)


def companies(taken: set[str]) -> list[Company]:
    """Return the companies of the cast."""

    def both(line: str, **different: Any) -> Company:
        return world.company(line, True, True, taken, **{"created": at("2023-02-14 09:30"), **different})

    return [
        both(
            "Harbourpine Logistics GmbH|harbourpine-logistics.com|Transportation|DE",
            hubspot_name="HarbourPine",
            owner="ingrid",
            hubspot_owner="ingrid",
        ),
        both(
            "Quillstone Capital Partners|quillstone-capital.com|Finance|US",
            owner="dana",
            hubspot_owner="marcus",
        ),
        both(
            "Lanternfield Software|lanternfield-software.io|Technology|DE",
            owner="ingrid",
            hubspot_owner="ingrid",
        ),
        both("Oduya Fennimore Architects|oduya-fennimore.com|Construction|GB"),
        both("Brindlewood Brewing|brindlewood-brewing.com|Food & Beverage|US"),
        both("Tidewrack Instruments|tidewrack-instruments.com|Engineering|US"),
        both("Solventa Montes|solventa-montes.com|Biotechnology|ES"),
        both("Groenendaal Kassenbouw|groenendaal-kassenbouw.com|Construction|NL"),
    ]


def _person(key: str, name: str, company: str | None, email: str | None, city: str, **facts: Any) -> Person:
    """Build one of the cast: both systems agree on whatever `facts` does not say otherwise.

    `phone`, `hubspot_phone`, `title`, `hubspot_title` set the versions of the two systems.
    """
    luck = world.rng("cast", key)
    place = next(place for place in names.PLACES if place.city == city)
    where = world.address(luck, place)
    first, _, last = name.partition("|")
    phone = facts.pop("phone", world.phone(luck, place, set()))
    title = facts.pop("title", luck.choice(TITLES))
    other_phone, other_title = facts.pop("hubspot_phone", SAME), facts.pop("hubspot_title", SAME)
    here = Version(phone, title, where)
    there = Version(
        phone if other_phone is SAME else other_phone, title if other_title is SAME else other_title, where
    )
    defaults: dict[str, Any] = {
        "kind": "Contact",
        "in_hubspot": True,
        "salutation": None,
        "mobile": None,
        "department": None,
        "owner": luck.choice(world.SELLERS),
        "created": world.moment(luck, at("2023-06-05 08:00"), at("2025-01-31 17:00")),
        "modified": world.moment(luck, at("2026-02-02 08:00"), at("2026-05-29 17:00")),
    }
    return Person(
        key=key,
        first=first or None,
        last=last,
        company=company,
        email=email,
        salesforce=here,
        hubspot=there,
        address=where,
        calm=True,
        **(defaults | facts),
    )


def _clocks() -> list[Person]:
    """People whose answer depends on when a field changed."""
    return [
        _person(
            "zoe-brandt-okafor",
            "Zoë|Brandt-Okafor",
            "lanternfield-software.io",
            "zoe.brandt-okafor@lanternfield-software.io",
            "Berlin",
            phone="+493023125118",
            title="Head of Platform",
            link="18",
            salutation="Dr.",
            owner="ingrid",
            created=at("2024-02-06 10:14"),
            modified=at("2026-06-18 09:41"),
            changes=(Change(at("2026-10-21 13:27"), "phone", "+49 30 23125 774", "CRM_UI", "rep:ingrid"),),
        ),
        _person(
            "soren-vestergaard-lund",
            "Søren|Vestergaard-Lund",
            "harbourpine-logistics.com",
            "soren.vestergaard-lund@harbourpine-logistics.com",
            "Hamburg",
            phone="+494066969307",
            hubspot_phone="+494066969012",
            title="Director of Fleet Operations",
            hubspot_title="Fleet Operations Manager",
            link="18",
            owner="ingrid",
            created=at("2024-05-14 10:14"),
            modified=at("2026-08-02 08:55"),
            changes=(
                Change(
                    at("2026-11-08 16:02"), "jobtitle", "Director Fleet Operations", "CRM_UI", "rep:ingrid"
                ),
            ),
        ),
        _person(
            "beatrix-holloway-stern",
            "Beatrix|Holloway-Stern",
            "tidewrack-instruments.com",
            "beatrix.holloway-stern@tidewrack-instruments.com",
            "Boston",
            properties={"lifecyclestage": "salesqualifiedlead"},
            changes=(
                Change(at("2025-03-04 15:20"), "lifecyclestage", "customer", "CRM_UI", "rep:dana"),
                Change(at("2026-07-13 09:02"), "lifecyclestage", "", "CRM_UI", "rep:ruth"),
                Change(at("2026-07-13 09:03"), "lifecyclestage", "lead", "CRM_UI", "rep:ruth"),
            ),
        ),
    ]


def _mailboxes() -> list[Person]:
    """People who share, repeat or lack an e-mail address."""
    studio, household = "drawing.office@oduya-fennimore.com", "halloway.household.8812@gmail.com"
    info = "info@brindlewood-brewing.com"
    return [
        _person(
            "margarethe-oduya", "Margarethe|Oduya", "oduya-fennimore.com", studio, "Bristol", in_hubspot=False
        ),
        _person("tobias-fennimore", "Tobias|Fennimore", "oduya-fennimore.com", studio, "Bristol"),
        _person("ines-halloway", "Ines|Halloway", None, household, "Denver", in_hubspot=False),
        _person("rutger-halloway", "Rutger|Halloway", None, household, "Denver", in_hubspot=False),
        _person(
            "halloway-nameless",
            "|",
            None,
            household,
            "Denver",
            kind=None,
            phone=None,
            title=None,
            properties={
                "address": None,
                "city": None,
                "state": None,
                "zip": None,
                "country": "United States",
            },
        ),
        _person(
            "hattie-cranbrook",
            "Hattie|Cranbrook",
            "brindlewood-brewing.com",
            info,
            "Portland",
            in_hubspot=False,
        ),
        _person("emeka-brindle", "Emeka|Brindle", "brindlewood-brewing.com", info, "Portland", kind=None),
        _person(
            "bartholomew-quist", "Bartholomew|Quist", "tidewrack-instruments.com", None, "Boston", link="18"
        ),
        _person(
            "xiomara-delacroix-huang",
            "Xiomara|Delacroix-Huang",
            None,
            "xiomara.delacroix.huang.7741@gmail.com",
            "San Diego",
        ),
        _person(
            "dolores-kingsley-oregon",
            "Dolores|Kingsley",
            None,
            "dolores.kingsley.oregon.553@gmail.com",
            "Portland",
            in_hubspot=False,
        ),
        _person(
            "dolores-kingsley-texas",
            "Dolores|Kingsley",
            None,
            "dolores.kingsley.texas.208@gmail.com",
            "Austin",
            kind=None,
        ),
    ]


def _merges_and_conversions() -> list[Person]:
    """Facts that the CRMs themselves state."""
    merged_hubspot_id = ids.hubspot_id("contacts", "padraig-o-brien-merged-away")
    nunez = ids.salesforce_id("Contact", "fernanda-nunez")
    nunez_merged = ids.salesforce_id("Contact", "fernanda-nunez-merged-away")
    padraig = ids.hubspot_id("contacts", "padraig-o-brien")
    return [
        _person(
            "amara-nwosu-lindqvist",
            "Amara|Nwosu-Lindqvist",
            "tidewrack-instruments.com",
            "amara.nwosu-lindqvist@tidewrack-instruments.com",
            "Boston",
            title="Procurement Manager",
            created=at("2026-01-20 11:00"),
            modified=at("2026-04-17 15:32"),
            link="18",
            fields={"CreatedDate": "2026-04-17T15:32:00.000+0000"},
            properties={
                "salesforceleadid": ids.salesforce_id("Lead", "amara-nwosu-lindqvist-lead"),
                "lifecyclestage": "salesqualifiedlead",
            },
            changes=(Change(at("2026-04-17 15:47"), "lifecyclestage", "opportunity", "SALESFORCE"),),
        ),
        _person(
            "amara-nwosu-lindqvist-lead",
            "Amara|Nwosu-Lindqvist",
            "tidewrack-instruments.com",
            "amara.nwosu-lindqvist@tidewrack-instruments.com",
            "Boston",
            title="Buyer",
            kind="Lead",
            in_hubspot=False,
            created=at("2026-01-20 10:58"),
            modified=at("2026-04-17 15:32"),
            fields={
                "Status": "Closed - Converted",
                "IsConverted": True,
                "ConvertedDate": "2026-04-17",
                "ConvertedContactId": ids.salesforce_id("Contact", "amara-nwosu-lindqvist"),
                "ConvertedAccountId": ids.salesforce_id("Account", "tidewrack-instruments.com"),
                "ConvertedOpportunityId": ids.salesforce_id("Opportunity", "amara-pilot"),
            },
        ),
        _person(
            "fernanda-nunez",
            "Fernanda|Núñez",
            "solventa-montes.com",
            "fernanda.nunez@solventa-montes.com",
            "Madrid",
            title="Directora de Compras",
            in_hubspot=False,
            modified=at("2026-05-05 12:10"),
        ),
        _person(
            "fernanda-nunez-merged-away",
            "Fernanda|Nunez",
            "solventa-montes.com",
            "f.nunez@solventa-montes.com",
            "Madrid",
            title="Compras",
            modified=at("2026-05-05 12:10"),
            fields={"IsDeleted": True, "MasterRecordId": nunez},
            properties={"salesforcecontactid": nunez_merged, "lastname": "Núñez"},
        ),
        _person(
            "padraig-o-brien",
            "Pádraig|O'Brien",
            "lanternfield-software.io",
            "padraig.obrien@lanternfield-software.io",
            "München",
            title="Engineering Manager",
            link="18",
            properties={
                "hs_merged_object_ids": merged_hubspot_id,
                "hs_calculated_merged_vids": f"{merged_hubspot_id}:1721985000000",
                "hs_all_contact_vids": ";".join(sorted((padraig, merged_hubspot_id))),
                "hs_additional_emails": "pobrien@lanternfield-software.io",
            },
            changes=(Change(at("2024-07-26 09:10"), "jobtitle", "Engineering Manager", "MERGE_OBJECTS"),),
            hubspot_title="Team Lead",
        ),
        _person(
            "wilhelmina-van-der-berg",
            "Wilhelmina|van der Berg",
            "groenendaal-kassenbouw.com",
            "wilhelmina.vanderberg@groenendaal-kassenbouw.com",
            "Rotterdam",
            modified=at("2026-11-02 10:20"),
            fields={"IsDeleted": True, "HasOptedOutOfEmail": True},
            properties={"hs_email_optout": ""},
        ),
        _person(
            "jean-baptiste-thevenot",
            "Jean-Baptiste|Thévenot",
            "groenendaal-kassenbouw.com",
            "jb.thevenot@groenendaal-kassenbouw.com",
            "Paris",
            archived_at=at("2026-09-30 08:12"),
        ),
        _person(
            "oswin-pettigrew-hale",
            "Oswin|Pettigrew-Hale",
            "oduya-fennimore.com",
            "oswin.pettigrew-hale@oduya-fennimore.com",
            "London",
            modified=at("2026-10-28 16:40"),
            fields={"IsDeleted": True},
            archived_at=at("2026-10-29 09:05"),
        ),
    ]


def _links() -> list[Person]:
    """People whose records meet, or do not meet, in an unusual way."""
    theodora = ids.salesforce_id("Contact", "theodora-vasquez-lim")
    return [
        _person(
            "clementine-achterberg",
            "Clementine|Achterberg",
            "groenendaal-kassenbouw.com",
            "clementine.achterberg@groenendaal-kassenbouw.com",
            "Rotterdam",
            properties={"email": None, "hs_email_domain": None},
        ),
        _person(
            "ikaika-mahoe-sinclair",
            "Ikaika|Mahoe-Sinclair",
            "brindlewood-brewing.com",
            "ikaika.mahoe-sinclair@brindlewood-brewing.com",
            "Portland",
            fields={"Product_User_Id__c": "usr_48213907"},
            properties={
                "email": "ikaika.surfs.4410@outlook.com",
                "hs_email_domain": "outlook.com",
                "product_user_id": "usr_48213907",
            },
        ),
        _person(
            "rosalind-featherstone-ng",
            "Rosalind|Featherstone-Ng",
            "quillstone-capital.com",
            "rosalind.featherstone-ng@quillstone-capital.com",
            "New York",
            properties={"salesforcecontactid": ids.salesforce_id("Contact", "purged-years-ago")},
        ),
        _person(
            "cornelius-vane-tempest",
            "Cornelius|Vane-Tempest",
            "quillstone-capital.com",
            "cornelius.vane-tempest@quillstone-capital.com",
            "New York",
            short_id="003Qy00000aKbQx",
            link="15",
            properties={"email": "cvt.private.1907@gmail.com", "hs_email_domain": "gmail.com"},
        ),
        _person(
            "leopold-marchbanks",
            "Leopold|Marchbanks",
            "quillstone-capital.com",
            "leopold.marchbanks@quillstone-capital.com",
            "New York",
            short_id="003Qy00000AkbQx",
            in_hubspot=False,
        ),
        _person(
            "theodora-vasquez-lim",
            "Theodora|Vasquez-Lim",
            "solventa-montes.com",
            "theodora.vasquez-lim@solventa-montes.com",
            "Barcelona",
            link="18",
        ),
        _person(
            "theodora-second-claim",
            "T.|Vasquez",
            "solventa-montes.com",
            "tvl.events.6620@gmail.com",
            "Barcelona",
            kind=None,
            properties={"salesforcecontactid": theodora},
        ),
        _person(
            "ji-woo-park-finance",
            "Ji-woo|Park",
            "lanternfield-software.io",
            "jiwoo.park@lanternfield-software.io",
            "Berlin",
            title="Finance Manager",
            in_hubspot=False,
        ),
        _person(
            "ji-woo-park-design",
            "Ji-woo|Park",
            "lanternfield-software.io",
            "jiwoo.park2@lanternfield-software.io",
            "Berlin",
            title="Product Designer",
            kind=None,
        ),
        _person(
            "robert-ashdown",
            "Robert|Ashdown",
            "oduya-fennimore.com",
            "r.ashdown@oduya-fennimore.com",
            "London",
            fields={"Email": "R.Ashdown@Oduya-Fennimore.com"},
            properties={"firstname": "Bob", "email": " r.ashdown@oduya-fennimore.com "},
        ),
    ]


def _values() -> list[Person]:
    """People with an unusual value."""
    return [
        _person(
            "ottoline-marchetti",
            "Ottoline|Marchetti",
            "harbourpine-logistics.com",
            "ottoline.marchetti@harbourpine-logistics.com",
            "Hamburg",
            fields={"HasOptedOutOfEmail": True},
            properties={"hs_email_optout": "false"},
        ),
        _person(
            "gideon-blackwood-reyes",
            "Gideon|Blackwood-Reyes",
            "tidewrack-instruments.com",
            "gideon.blackwood-reyes@tidewrack-instruments.com",
            "Boston",
            phone="+16175550164",
            link="18",
            fields={"Phone": "ext 4 call mobile"},
        ),
        _person(
            "jasper-doe-whitlock",
            "Jasper|Doe-Whitlock",
            "tidewrack-instruments.com",
            "jasper.doe-whitlock@tidewrack-instruments.com",
            "Seattle",
            link="18",
            fields={"Email": "j.doe@@nowhere"},
        ),
        _person(
            "lieselotte-abernathy",
            "Lieselotte|Abernathy",
            "harbourpine-logistics.com",
            "lieselotte.abernathy@harbourpine-logistics.com",
            "Hamburg",
            fields={"Interests__c": "Golf;Wine"},
            properties={"interests": "Wine;Golf", "hs_email_optout": "false"},
        ),
        _person(
            "cordelia-ashworth-mbeki",
            "Cordelia|Ashworth-Mbeki",
            "quillstone-capital.com",
            "cordelia.ashworth-mbeki@quillstone-capital.com",
            "New York",
            owner="dana",
            link="18",
            properties={"hubspot_owner_id": ids.owner_id("marcus")},
        ),
    ]


def _day_two() -> list[Person]:
    """People who are ordinary until day two."""
    return [
        _person(
            "nikolai-brandvold",
            "Nikolai|Brandvold",
            None,
            "nikolai.brandvold@fjellhavn-subsea.com",
            "København",
            kind="Lead",
            in_hubspot=False,
            title="Technical Buyer",
            fields={"Company": "Fjellhavn Subsea", "Status": "Working - Contacted"},
        ),
        _person(
            "priyanka-raghunathan",
            "Priyanka|Raghunathan",
            "brindlewood-brewing.com",
            "priyanka.raghunathan@brindlewood-brewing.com",
            "Portland",
            kind="Lead",
            link="18",
            title="Head of Distribution",
            fields={"Status": "Working - Contacted"},
        ),
        _person(
            "ulrich-sonnenfeld",
            "Ulrich|Sonnenfeld",
            "harbourpine-logistics.com",
            "ulrich.sonnenfeld@harbourpine-logistics.com",
            "Hamburg",
            in_hubspot=False,
        ),
        _person(
            "anneliese-kowalczyk",
            "Anneliese|Kowalczyk",
            "lanternfield-software.io",
            "anneliese.kowalczyk@lanternfield-software.io",
            "Berlin",
        ),
        _person(
            "cosima-bellweather",
            "Cosima|Bellweather",
            "groenendaal-kassenbouw.com",
            "cosima.bellweather@groenendaal-kassenbouw.com",
            "Amsterdam",
        ),
        _person(
            "cosima-bellweather-private",
            "Cosima|Bellweather",
            None,
            "cosima.bellweather.3317@gmail.com",
            "Amsterdam",
            kind=None,
        ),
    ]


def people() -> list[Person]:
    """Return the people of the cast, in the order of their stories."""
    return [
        *_clocks(),
        *_mailboxes(),
        *_merges_and_conversions(),
        *_links(),
        *_values(),
        *_day_two(),
    ]


STORIES = (
    Story(
        "Zoë Brandt-Okafor",
        ("zoe-brandt-okafor",),
        "In both, with different phones. HubSpot's was changed on 2026-10-21; the Salesforce record was last "
        "touched "
        "on 2026-06-18. On day two her Salesforce title changes.",
        "phone `+493023125774` from HubSpot: its property history is newer than the Salesforce record's "
        "stamp. It stays "
        "so after day two: a title edit does not make the old Salesforce phone new.",
    ),
    Story(
        "Søren Vestergaard-Lund",
        ("soren-vestergaard-lund",),
        "The HubSpot record was modified last (2026-11-08), but only its job title; its phone dates from "
        "2024. "
        "Salesforce was modified on 2026-08-02.",
        "phone `+494066969307` from Salesforce: the field's clock decides, not the record's. After day two "
        "`+494066969555` from HubSpot.",
        is_open=True,
    ),
    Story(
        "Beatrix Holloway-Stern",
        ("beatrix-holloway-stern",),
        "Her HubSpot stage was customer, was cleared in July 2026 and set to lead.",
        "lifecycle_stage `lead`: HubSpot owns the field, and its owner may move it back.",
    ),
    Story(
        "Margarethe Oduya, Tobias Fennimore",
        ("margarethe-oduya", "tobias-fennimore"),
        "Two Salesforce contacts share one mailbox; HubSpot knows the address as Tobias.",
        "two customers: the first names contradict each other. HubSpot's Tobias joins the Salesforce Tobias.",
    ),
    Story(
        "Ines and Rutger Halloway",
        ("ines-halloway", "rutger-halloway", "halloway-nameless"),
        "A couple shares a private mailbox in Salesforce; HubSpot has the address without a name.",
        "three customers: the nameless record fits both, so it joins neither and is a review item.",
    ),
    Story(
        "Hattie Cranbrook, Emeka Brindle",
        ("hattie-cranbrook", "emeka-brindle"),
        "Both use the role mailbox info@brindlewood-brewing.com, one in each system.",
        "two customers: a role mailbox is a blocked value and links nobody.",
    ),
    Story(
        "Bartholomew Quist",
        ("bartholomew-quist",),
        "Has no e-mail anywhere.",
        "one customer, linked by `salesforcecontactid`; email stays null.",
    ),
    Story(
        "Xiomara Delacroix-Huang",
        ("xiomara-delacroix-huang",),
        "Uses the same gmail.com address in both systems.",
        "one customer: the address is personal, only its domain says nothing.",
    ),
    Story(
        "Dolores Kingsley, twice",
        ("dolores-kingsley-oregon", "dolores-kingsley-texas"),
        "Same name, two gmail.com addresses, one in each system.",
        "two customers: a name at a free-mail domain links nobody.",
    ),
    Story(
        "Amara Nwosu-Lindqvist",
        ("amara-nwosu-lindqvist", "amara-nwosu-lindqvist-lead"),
        "A converted lead with its contact; HubSpot carries both ids.",
        "one customer with three records. The lead supplies only what the contact lacks, so job_title is "
        "`Procurement Manager`, not `Buyer`. After day two lifecycle_stage is `customer`.",
    ),
    Story(
        "Fernanda Núñez",
        ("fernanda-nunez", "fernanda-nunez-merged-away"),
        "Two Salesforce contacts were merged: the loser is deleted and names its master. HubSpot still links "
        "to the "
        "loser and knows her old address.",
        "one customer with three records: the stored link follows the merge. email "
        "`fernanda.nunez@solventa-montes.com`; the loser supplies nothing.",
    ),
    Story(
        "Pádraig O'Brien",
        ("padraig-o-brien",),
        "Survivor of a HubSpot merge of the old style: his id is kept, `hs_merged_object_ids` names the one "
        "that is gone.",
        "one customer; the lost id is an alias of the survivor.",
        is_open=True,
    ),
    Story(
        "Wilhelmina van der Berg",
        ("wilhelmina-van-der-berg",),
        "In Salesforce's recycle bin, with her opt-out; alive in HubSpot, which says nothing about mail.",
        "not deleted, values from HubSpot; email_opted_out is true, because an opt-out outlives its record.",
    ),
    Story(
        "Jean-Baptiste Thévenot",
        ("jean-baptiste-thevenot",),
        "Archived in HubSpot, alive in Salesforce.",
        "not deleted, values from Salesforce; lifecycle_stage is empty, as an archived record does not "
        "compete while a live one is left.",
    ),
    Story(
        "Oswin Pettigrew-Hale",
        ("oswin-pettigrew-hale",),
        "Deleted in Salesforce and archived in HubSpot.",
        "one customer, is_deleted true.",
    ),
    Story(
        "Clementine Achterberg",
        ("clementine-achterberg",),
        "HubSpot has no e-mail, but the same name at the same company.",
        "one customer, linked by name and company domain, which are unique on both sides.",
    ),
    Story(
        "Ikaika Mahoe-Sinclair",
        ("ikaika-mahoe-sinclair",),
        "Work address in Salesforce, private one in HubSpot, the same product user id in both.",
        "one customer, linked by the external id; email is the Salesforce one.",
    ),
    Story(
        "Rosalind Featherstone-Ng",
        ("rosalind-featherstone-ng",),
        "HubSpot's `salesforcecontactid` names a contact that no longer exists.",
        "one customer, linked by e-mail; the stale link is a review item.",
    ),
    Story(
        "Cornelius Vane-Tempest, Leopold Marchbanks",
        ("cornelius-vane-tempest", "leopold-marchbanks"),
        "HubSpot links Cornelius by a 15-character id that differs from Leopold's only in case; the e-mails "
        "differ.",
        "two customers: Cornelius with two records, Leopold with one. Ids are completed to 18 characters, "
        "never "
        "compared in lower case.",
    ),
    Story(
        "Theodora Vasquez-Lim",
        ("theodora-vasquez-lim", "theodora-second-claim"),
        "Two HubSpot contacts claim the same Salesforce contact.",
        "the one with her e-mail is hers; the second stays a customer of its own and is a review item.",
    ),
    Story(
        "Ji-woo Park, twice",
        ("ji-woo-park-finance", "ji-woo-park-design"),
        "Two colleagues of one name, one in each system, with different addresses of one domain.",
        "two customers: a name never links two different addresses of one domain.",
    ),
    Story(
        "Robert Ashdown",
        ("robert-ashdown",),
        "`R.Ashdown@…` in Salesforce, ` r.ashdown@… ` and Bob in HubSpot.",
        "one customer, linked by the normalised e-mail; Bob is a nickname of Robert.",
    ),
    Story(
        "Ottoline Marchetti",
        ("ottoline-marchetti",),
        "Opted out in Salesforce; HubSpot says `false`.",
        "email_opted_out true, not in marketable_customers: the most restrictive statement wins.",
    ),
    Story(
        "Gideon Blackwood-Reyes",
        ("gideon-blackwood-reyes",),
        "Salesforce's phone says `ext 4 call mobile`.",
        "phone `+16175550164` from HubSpot; the Salesforce value is a rejected record.",
    ),
    Story(
        "Jasper Doe-Whitlock",
        ("jasper-doe-whitlock",),
        "Salesforce's e-mail is `j.doe@@nowhere`.",
        "email `jasper.doe-whitlock@tidewrack-instruments.com` from HubSpot, linked by "
        "`salesforcecontactid`; the bad "
        "value is a rejected record.",
    ),
    Story(
        "Lieselotte Abernathy",
        ("lieselotte-abernathy",),
        "Interests `Golf;Wine` in Salesforce, `Wine;Golf` in HubSpot.",
        "no conflict: multi-select values are sets. After day two email_opted_out is true.",
    ),
    Story(
        "Cordelia Ashworth-Mbeki",
        ("cordelia-ashworth-mbeki",),
        "Owned by Dana Whitfield in Salesforce, by Marcus Oyelaran in HubSpot.",
        "account_owner is Dana, as Salesforce comes first, with a review item; on day two both say Marcus.",
    ),
    Story(
        "Quillstone Capital Partners",
        ("quillstone-capital.com",),
        "The account's owner is Dana in Salesforce, Marcus in HubSpot.",
        "account_owner Dana with a review item; on day two both say Marcus.",
        is_open=True,
    ),
    Story(
        "Harbourpine Logistics",
        ("harbourpine-logistics.com",),
        "`Harbourpine Logistics GmbH` in Salesforce, `HarbourPine` in HubSpot, one domain.",
        "one company, linked by its domain; the name is the Salesforce one.",
    ),
    Story(
        "Nikolai Brandvold",
        ("nikolai-brandvold",),
        "Only a Salesforce lead, until HubSpot creates him on day two.",
        "one customer throughout: the HubSpot contact joins the lead by e-mail and the customer_id stays.",
    ),
    Story(
        "Priyanka Raghunathan",
        ("priyanka-raghunathan",),
        "A lead that HubSpot knows; converted on day two.",
        "one customer; after day two with the new contact as a third record.",
    ),
    Story(
        "Ulrich Sonnenfeld",
        ("ulrich-sonnenfeld",),
        "Only in Salesforce, where he is deleted on day two.",
        "is_deleted turns true.",
    ),
    Story(
        "Anneliese Kowalczyk",
        ("anneliese-kowalczyk",),
        "In both; archived in HubSpot on day two.",
        "stays, with Salesforce alone supplying her values.",
    ),
    Story(
        "Cosima Bellweather",
        ("cosima-bellweather", "cosima-bellweather-private"),
        "Two HubSpot contacts, work and private address; merged on day two.",
        "two customers on day one; then one, and the younger id is an alias of the older.",
    ),
)
