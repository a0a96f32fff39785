"""Many small worlds in one log, each with people, companies and deals of its own, and what happens there."""

import random
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.identity.log import Log
from tests.rules.reference import Answer

# Syncs are far apart, so that trust decays, values grow too old and words of stewards expire between them.
START, APART = datetime(2026, 1, 5), timedelta(days=10)

# How many records of an object a world can have; those of look-ups come first, for others refer to them.
RECORDS = {
    **{"User": 2, "owners": 2, "pipelines": 2, "Account": 2, "companies": 2, "Contact": 3, "Lead": 2},
    **{"contacts": 3, "users": 1, "Opportunity": 2, "deals": 2, "OpportunityContactRole": 1},
    **{"contacts_companies": 3, "deals_companies": 2, "deals_contacts": 2},
}
# How often each is chosen to change: look-ups seldom, for everything hangs on them.
WEIGHTS = {"Contact": 6, "Lead": 3, "contacts": 6, "Account": 2, "companies": 2, "users": 2}
PEOPLE = {"Contact": "salesforce", "Lead": "salesforce", "contacts": "hubspot"}
MERGES = {
    **{"Contact": "MasterRecordId", "Account": "MasterRecordId", "Lead": "MasterRecordId"},
    **{name: "hs_merged_object_ids" for name in ("contacts", "companies", "deals")},
}

# What a field may say: `{w}` is the world, `Object 0` a record of it. Few values, so that keys meet.
MAIL = ["", "one@{w}.example", "one@{w}.example", "Two@{w}.example", "three@{w}.example", "info@{w}.example"]
PHONES = ["", "+49 40 66969 068", "040 669 690 68", "+1 212 736 5000", "no number"]
FLAGS, NUMBERS = ["", "true", "false", "false"], ["", "1", "2.5", "10", "many"]
DAYS = ["", "2025-12-01", "2026-01-20T10:00:00Z", "yesterday"]
REPS, DOMAINS = ["rep@{w}.example", "boss@{w}.example", "new@{w}.example"], ["", "{w}.example", "gmail.com"]
NAMES = {"first": ["", "Ann", "Ann", "Anna", "Mary"], "last": ["", "Smith", "Smith", "Smyth", "Jones"]}
FIRMS, CITIES, PLACES = (
    ["", "Acme {w}", "Acme {w} Inc", "Bolt {w}"],
    ["", "Bonn", "Rome"],
    ["", "DE", "Italy"],
)
TITLES, STAGES, MONEY = ["", "CEO", "CFO", "cto"], ["Open", "Won", "Lost"], ["", "EUR", "USD"]
FUNNEL = ["", "lead", "customer", "opportunity", "nonsense"]
OWNERS = {"salesforce": ["", "User 0", "User 1"], "hubspot": ["", "owners 0", "owners 1"]}
ACCOUNTS, CONTACTS = ["", "Account 0", "Account 1"], ["", "", "Contact 0", "Contact 1"]
COMPANIES, DEALS = ["", "companies 0", "companies 0;companies 1"], ["Opportunity 0", "Opportunity 1"]

PERSON = {"Email": MAIL, "FirstName": NAMES["first"], "LastName": NAMES["last"], "Phone": PHONES}
PERSON |= {"Title": TITLES, "LeadSource": ["", "Web"], "OwnerId": OWNERS["salesforce"]}
PERSON |= {"HasOptedOutOfEmail": FLAGS, "LastActivityDate": DAYS, "EmailBouncedReason": ["", "", "", "full"]}
SAYS: dict[str, dict[str, list[str]]] = {
    "User": {"Email": REPS, "Name": ["Rep"]},
    "owners": {"email": REPS},
    "pipelines": {
        **{"pipeline_id": ["pipelines 0"], "pipeline_label": ["Sales", "New business"]},
        "stage_label": STAGES,
    },
    "Account": {
        **{"Name": FIRMS, "Website": DOMAINS, "Phone": PHONES, "Industry": ["", "Banking", "BANKING"]},
        **{"NumberOfEmployees": NUMBERS, "AnnualRevenue": NUMBERS, "CurrencyIsoCode": MONEY},
        **{"BillingCountry": PLACES, "OwnerId": OWNERS["salesforce"]},
    },
    "companies": {
        **{"name": FIRMS, "domain": DOMAINS, "phone": PHONES, "industry": ["", "BANKING"], "country": PLACES},
        **{"numberofemployees": NUMBERS, "annualrevenue": NUMBERS, "hubspot_owner_id": OWNERS["hubspot"]},
        "salesforceaccountid": ["", "", "Account 0"],
    },
    "Contact": {
        **PERSON,
        **{"AccountId": ACCOUNTS, "MailingStreet": ["", "Elm 1"], "MailingCity": CITIES},
        **{"MailingCountry": PLACES, "Product_User_Id__c": ["", "", "users 0"]},
    },
    "Lead": {**PERSON, "Company": FIRMS, "City": CITIES, "Status": ["", "New"], "Website": DOMAINS},
    "contacts": {
        **{"email": MAIL, "firstname": NAMES["first"], "lastname": NAMES["last"], "phone": PHONES},
        **{"jobtitle": TITLES, "company": FIRMS, "city": CITIES, "country": PLACES, "lifecyclestage": FUNNEL},
        **{"hubspotscore": NUMBERS, "hubspot_owner_id": OWNERS["hubspot"], "hs_email_optout": FLAGS},
        **{"notes_last_updated": DAYS, "salesforcecontactid": CONTACTS, "product_user_id": ["", "users 0"]},
    },
    "users": {"email": MAIL, "usage_score": NUMBERS, "internal_status": ["active", "at_risk"]},
    "Opportunity": {
        **{"Name": ["Deal"], "StageName": STAGES, "Amount": NUMBERS, "CurrencyIsoCode": MONEY},
        **{"CloseDate": DAYS, "IsWon": FLAGS, "OwnerId": OWNERS["salesforce"], "AccountId": ACCOUNTS},
    },
    "deals": {
        **{
            "dealname": ["Deal", "A deal"],
            "dealstage": ["", "pipelines 0", "pipelines 1"],
            "amount": NUMBERS,
        },
        **{"deal_currency_code": MONEY, "hubspot_owner_id": OWNERS["hubspot"], "pipeline": ["pipelines 0"]},
        "hs_salesforceopportunityid": ["", *DEALS],
    },
    "OpportunityContactRole": {
        **{"OpportunityId": DEALS, "ContactId": CONTACTS[2:], "Role": ["Buyer"], "IsPrimary": FLAGS[1:3]},
    },
    "contacts_companies": {"to_ids": COMPANIES, "primary_to_id": COMPANIES[:2]},
    "deals_companies": {"to_ids": COMPANIES, "primary_to_id": COMPANIES[:2]},
    "deals_contacts": {"to_ids": ["", "contacts 0", "contacts 0;contacts 1"]},
}
# What Salesforce lets nobody change once a record is there: a model may rely on it.
FIXED = {"OpportunityContactRole": ("OpportunityId",)}
# The record that a set of associations is of has its id.
SET_OF = {"contacts_companies": "contacts", "deals_companies": "deals", "deals_contacts": "deals"}
# Fields that a source's own history tells of; the matrix asks it of no others.
TOLD = {"Contact": ("Phone", "contact_history"), "contacts": ("phone", "contacts_history")}
DECIDED = {"customer": ("phone", "job_title"), "company": ("industry",), "deal": ("stage",)}
RECORD_OF = {"customer": [*PEOPLE], "company": ["Account", "companies"], "deal": ["Opportunity", "deals"]}
KINDS = ["write"] * 12 + [
    "delete",
    "undelete",
    "merge",
    "convert",
    "identity",
    "identity",
    "value",
    "value",
    "value",
]


@dataclass
class Worlds:
    """All worlds: the state of every record, and how often what happened.

    Args:
        dice: Where chance comes from.
        count: How many worlds.
        more: Object -> further fields and what they may say.
    """

    dice: random.Random
    count: int
    more: Mapping[str, Mapping[str, list[str]]]
    log: Log = field(default_factory=Log)
    seq: int = 0
    known: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    gone: dict[tuple[str, str], bool] = field(default_factory=lambda: defaultdict(bool))
    happened: Counter[str] = field(default_factory=Counter)

    @property
    def now(self) -> datetime:
        """When the sync of this load begins."""
        return START + self.seq * APART

    def load(self, share: float) -> None:
        """One load, in which something happens in a share of the worlds; in the first, in all of them."""
        self.seq += 1
        written: set[tuple[str, str]] = set()
        for world in range(self.count):
            if self.seq == 1:
                self._settle(world, written)
            elif self.dice.random() < share:
                for _ in range(self.dice.randint(1, 5)):
                    self._happen(world, written)

    def _settle(self, world: int, written: set[tuple[str, str]]) -> None:
        for name, most in RECORDS.items():
            for place in range(most):
                if self.dice.random() < 0.6:
                    self._write(name, id_of(name, place, world), world, written)

    def _happen(self, world: int, written: set[tuple[str, str]]) -> None:
        kind = self.dice.choice(KINDS)
        if kind == "identity":
            one, other = (self._key(self.dice.choice([*PEOPLE]), world) for _ in range(2))
            if one != other:
                word = self.dice.choice(["must_link", "cannot_link", "withdrawn"])
                self.log.decide(word, one, other)
                self.happened[word] += 1
        elif kind == "value":
            self._decide(world)
        elif kind == "undelete":
            self._undelete(world, written)
        else:
            name = self.dice.choices([*RECORDS], [WEIGHTS.get(each, 1) for each in RECORDS])[0]
            place = self.dice.randrange(RECORDS[name])
            self._change(kind, name, id_of(name, place, world), world, written)

    def _undelete(self, world: int, written: set[tuple[str, str]]) -> None:
        """One that is deleted, if any is, lives again."""
        deleted = [each for each, gone in self.gone.items() if gone and each[1].endswith(f"-w{world}")]
        if deleted:
            name, record = self.dice.choice(deleted)
            self._change("delete", name, record, world, written)

    def _change(self, kind: str, name: str, record: str, world: int, written: set[tuple[str, str]]) -> None:
        other = id_of(name, self.dice.randrange(RECORDS[name]), world)
        stated: dict[str, str] = {}
        if kind == "merge" and name in MERGES and other != record:
            into, loser = (other, record) if MERGES[name] == "MasterRecordId" else (record, other)
            stated = {MERGES[name]: into if MERGES[name] == "MasterRecordId" else loser}
            self.gone[name, record] |= MERGES[name] == "MasterRecordId"
        elif kind == "convert" and name == "Lead":
            stated = {"ConvertedContactId": id_of("Contact", self.dice.randrange(3), world)}
        elif kind == "delete":
            self.gone[name, record] = not self.gone[name, record]
            kind = "delete" if self.gone[name, record] else "undelete"
        else:
            kind = f"write {name}"
        self.happened[kind] += 1
        self._write(name, record, world, written, stated)

    def _write(
        self,
        name: str,
        record: str,
        world: int,
        written: set[tuple[str, str]],
        stated: Mapping[str, str] | None = None,
    ) -> None:
        """A version with all fields of which some changed; now and then one that the read did not have."""
        if (name, record) in written:
            return  # a load takes one version of a record
        written.add((name, record))
        says = {**SAYS[name], **self.more.get(name, {})}
        before = self.known.get((name, record))
        changed = self._changed(name, [*says]) if before else [*says]
        values = {**(before or {}), **{each: self._text(says[each], world) for each in changed}}
        values |= stated or {}
        if name == "pipelines":
            values["stage_id"] = record
        self.known[name, record] = values
        stamp = self.now - self.dice.choice([1, 1, 30, 200]) * timedelta(hours=1)
        unread = {each: None for each in values if self.dice.random() < 0.02}
        self.log.add(
            name,
            record,
            seq=self.seq,
            deleted=self.gone[name, record],
            _stamp=stamp,
            _extract_id=f"x{self.seq}",
            **{**values, **unread},
        )
        self._tell(name, record, changed, values, stamp)

    def _changed(self, name: str, fields: list[str]) -> list[str]:
        """Some of the fields of a record that can change."""
        free = [each for each in fields if each not in FIXED.get(name, ())]
        return self.dice.sample(free, k=min(len(free), self.dice.randint(1, 3)))

    def _tell(
        self, name: str, record: str, changed: list[str], values: Mapping[str, Any], stamp: datetime
    ) -> None:
        """The entry of a source's own history; sometimes there is none, sometimes an integration wrote it."""
        told, table = TOLD.get(name, ("", ""))
        if told not in changed or self.dice.random() < 0.3:
            return
        entry = {"_stamp": stamp - timedelta(hours=self.dice.choice([0, 5])), "_extract_id": f"x{self.seq}"}
        author, text = self.dice.choice(["100", "999"]), values[told]
        if name == "contacts":
            entry |= {"record_id": record, "property": told, "value": text, "sourcetype": "CRM_UI"}
            entry |= {"sourceid": f"userId:{author}", "updatedbyuserid": author}
        else:
            entry |= {
                "contactid": record,
                "field": told,
                "newvalue": text,
                "oldvalue": "",
                "datatype": "Text",
            }
            entry |= {"createdbyid": author, "isdeleted": "false"}
        self.log.add(table, f"{record}.{self.seq}", seq=self.seq, **entry)

    def _decide(self, world: int) -> None:
        """A steward's word on a field; it may expire before the next sync, or after it."""
        kind = self.dice.choice(["override", "override", "accepted", "withdrawn"])
        key, entity, name = self._decidable(kind, world)
        value = self.dice.choice(["+493012345678", "Chief", "Won"]) if kind == "override" else None
        expires = self.dice.choice([None, timedelta(hours=1), 0.5 * APART, 1.5 * APART])
        self.happened[f"{kind} of a {entity}{', expires' if expires and kind == 'override' else ''}"] += 1
        at = self.now - timedelta(minutes=len(self.log.answers) % 600)
        number = self.happened.total()
        until = expires and self.now + expires
        word = Answer(f"d{number:06}", kind, {name: value}, {name: "seen"}, at, until, entity)
        self.log.answers.append((key, word))

    def _decidable(self, kind: str, world: int) -> tuple[str, str, str]:
        """A record's key, its entity and a field: of an override of this world, if one can be withdrawn."""
        overridden = [
            (key, word.entity, name)
            for key, word in self.log.answers
            for name in word.values
            if word.kind == "override" and key.endswith(f"-w{world}")
        ]
        if kind == "withdrawn" and overridden:
            return self.dice.choice(overridden)
        entity = self.dice.choice([*DECIDED])
        key = self._key(self.dice.choice(RECORD_OF[entity]), world)
        return key, entity, self.dice.choice(DECIDED[entity])

    def _text(self, said: list[str], world: int) -> str:
        """One of the texts, as this world has it."""
        text = self.dice.choice(said).replace("{w}", f"w{world}")
        parts = text.split(";")
        named = [each.rpartition(" ") for each in parts]
        return ";".join(
            id_of(name, int(place), world) if name in RECORDS else part
            for part, (name, _, place) in zip(parts, named, strict=True)
        )

    def _key(self, name: str, world: int) -> str:
        system = "hubspot" if name in ("contacts", "companies", "deals") else "salesforce"
        return f"{system}:{name}:{id_of(name, self.dice.randrange(RECORDS[name]), world)}"


def id_of(name: str, place: int, world: int) -> str:
    """The id of a record of a world."""
    return f"{SET_OF.get(name, name)}-{place}-w{world}".lower()
