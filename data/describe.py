"""What Salesforce says about its fields: one line per field, expanded to the keys of a describe response.

A line is `name type size flags options`. Size is the length of text or `precision.scale` of numbers (`-`
for none). Flags: n nillable, c createable, u updateable, d defaulted on create, r restricted picklist,
N name field, x custom, e external id, - none. Options: `in=` compound field, `to=` referenced objects.
A generated file states every key whose value is not false, 0, null or []; of the keys that a reader might
expect to be true (nillable, createable, updateable, filterable, sortable, groupable, aggregatable,
permissionable, custom) it states false too.
"""

from __future__ import annotations

import re
from typing import Any

import ids
import names
from world import JSON

SYSTEM = """
OwnerId reference 18 cud to=User
CreatedDate datetime - d
CreatedById reference 18 d to=User
LastModifiedDate datetime - d
LastModifiedById reference 18 d to=User
SystemModstamp datetime - d
LastActivityDate date - n
LastViewedDate datetime - n
LastReferencedDate datetime - n
CurrencyIsoCode picklist 3 ncudr
"""

OBJECTS = {
    "Account": """
Id id 18 d
IsDeleted boolean - d
MasterRecordId reference 18 n to=Account
Name string 255 cuN
Type picklist 40 ncu
ParentId reference 18 ncu to=Account
BillingStreet textarea 255 ncu in=BillingAddress
BillingCity string 40 ncu in=BillingAddress
BillingState string 80 ncu in=BillingAddress
BillingPostalCode string 20 ncu in=BillingAddress
BillingCountry string 80 ncu in=BillingAddress
BillingLatitude double 18.15 ncu in=BillingAddress
BillingLongitude double 18.15 ncu in=BillingAddress
BillingGeocodeAccuracy picklist 40 ncur in=BillingAddress
BillingAddress address - n
Phone phone 40 ncu
Fax phone 40 ncu
AccountNumber string 40 ncu
Website url 255 ncu
Industry picklist 40 ncu
AnnualRevenue currency 18.0 ncu
NumberOfEmployees int - ncu
Ownership picklist 40 ncu
Description textarea 32000 ncu
Rating picklist 40 ncu
AccountSource picklist 40 ncu
"""
    + SYSTEM,
    "Contact": """
Id id 18 d
IsDeleted boolean - d
MasterRecordId reference 18 n to=Contact
AccountId reference 18 ncu to=Account
LastName string 80 cu in=Name
FirstName string 40 ncu in=Name
Salutation picklist 40 ncu in=Name
Name string 121 N
MailingStreet textarea 255 ncu in=MailingAddress
MailingCity string 40 ncu in=MailingAddress
MailingState string 80 ncu in=MailingAddress
MailingPostalCode string 20 ncu in=MailingAddress
MailingCountry string 80 ncu in=MailingAddress
MailingLatitude double 18.15 ncu in=MailingAddress
MailingLongitude double 18.15 ncu in=MailingAddress
MailingGeocodeAccuracy picklist 40 ncur in=MailingAddress
MailingAddress address - n
Phone phone 40 ncu
Fax phone 40 ncu
MobilePhone phone 40 ncu
ReportsToId reference 18 ncu to=Contact
Email email 80 ncu
Title string 128 ncu
Department string 80 ncu
LeadSource picklist 255 ncu
Birthdate date - ncu
Description textarea 32000 ncu
HasOptedOutOfEmail boolean - cud
HasOptedOutOfFax boolean - cud
DoNotCall boolean - cud
EmailBouncedReason string 255 ncu
EmailBouncedDate datetime - ncu
IsEmailBounced boolean - d
IndividualId reference 18 ncu to=Individual
Product_User_Id__c string 40 ncuxe
Interests__c multipicklist 4099 ncux
Favourite_Colour__c picklist 255 ncuxr
Full_Greeting__c string 1300 nx
"""
    + SYSTEM,
    "Lead": """
Id id 18 d
IsDeleted boolean - d
MasterRecordId reference 18 n to=Lead
LastName string 80 cu in=Name
FirstName string 40 ncu in=Name
Salutation picklist 40 ncu in=Name
Name string 121 N
Title string 128 ncu
Company string 255 cu
Street textarea 255 ncu in=Address
City string 40 ncu in=Address
State string 80 ncu in=Address
PostalCode string 20 ncu in=Address
Country string 80 ncu in=Address
Latitude double 18.15 ncu in=Address
Longitude double 18.15 ncu in=Address
GeocodeAccuracy picklist 40 ncur in=Address
Address address - n
Phone phone 40 ncu
MobilePhone phone 40 ncu
Fax phone 40 ncu
Email email 80 ncu
Website url 255 ncu
Description textarea 32000 ncu
LeadSource picklist 255 ncu
Status picklist 255 cud
Industry picklist 255 ncu
Rating picklist 255 ncu
AnnualRevenue currency 18.0 ncu
NumberOfEmployees int - ncu
IsConverted boolean - cd
ConvertedDate date - n
ConvertedAccountId reference 18 n to=Account
ConvertedContactId reference 18 n to=Contact
ConvertedOpportunityId reference 18 n to=Opportunity
IsUnreadByOwner boolean - cud
HasOptedOutOfEmail boolean - cud
HasOptedOutOfFax boolean - cud
DoNotCall boolean - cud
EmailBouncedReason string 255 nu
EmailBouncedDate datetime - nu
IndividualId reference 18 ncu to=Individual
"""
    + SYSTEM.replace("to=User", "to=Group,User", 1),
    "Opportunity": """
Id id 18 d
IsDeleted boolean - d
AccountId reference 18 ncu to=Account
IsPrivate boolean - cud
Name string 120 cuN
Description textarea 32000 ncu
StageName picklist 255 cu
Amount currency 18.2 ncu
Probability percent 3.0 ncud
ExpectedRevenue currency 18.2 n
CloseDate date - cu
Type picklist 255 ncu
NextStep string 255 ncu
LeadSource picklist 255 ncu
IsClosed boolean - d
IsWon boolean - d
ForecastCategory picklist 40 r
ForecastCategoryName picklist 255 ncudr
HasOpportunityLineItem boolean - d
FiscalQuarter int - n in=Fiscal
FiscalYear int - n in=Fiscal
Fiscal string 6 n
LastStageChangeDate datetime - n
"""
    + SYSTEM,
    "OpportunityContactRole": """
Id id 18 d
OpportunityId reference 18 c to=Opportunity
ContactId reference 18 cu to=Contact
Role picklist 40 ncu
IsPrimary boolean - cud
CreatedDate datetime - d
CreatedById reference 18 d to=User
LastModifiedDate datetime - d
LastModifiedById reference 18 d to=User
SystemModstamp datetime - d
IsDeleted boolean - d
CurrencyIsoCode picklist 3 ncudr
""",
    "User": """
Id id 18 d
Username string 80 cu
LastName string 80 cu in=Name
FirstName string 40 ncu in=Name
Name string 121 N
CompanyName string 80 ncu
Department string 80 ncu
Title string 80 ncu
Email email 128 cu
Phone phone 40 ncu
Alias string 8 cu
CommunityNickname string 40 cu
IsActive boolean - cud
TimeZoneSidKey picklist 40 cur
LocaleSidKey picklist 40 cur
UserType picklist 40 r
ManagerId reference 18 ncu to=User
CreatedDate datetime - d
CreatedById reference 18 d to=User
LastModifiedDate datetime - d
LastModifiedById reference 18 d to=User
SystemModstamp datetime - d
DefaultCurrencyIsoCode picklist 3 ncudr
CurrencyIsoCode picklist 3 cudr
""",
}

PLURALS = {"Opportunity": "Opportunities"}
OBJECT_LABELS = {"OpportunityContactRole": "Opportunity Contact Role"}
LABELS = {
    "Id": "{object} ID",
    "IsDeleted": "Deleted",
    "Contact.Name": "Full Name",
    "Lead.Name": "Full Name",
    "User.Name": "Full Name",
    "Name": "{object} Name",
    "Type": "{object} Type",
    "Account.Phone": "Account Phone",
    "Contact.Phone": "Business Phone",
    "Account.Fax": "Account Fax",
    "Contact.Fax": "Business Fax",
    "NumberOfEmployees": "Employees",
    "Description": "{object} Description",
    "CurrencyIsoCode": "{object} Currency",
    "HasOptedOutOfEmail": "Email Opt Out",
    "HasOptedOutOfFax": "Fax Opt Out",
    "StageName": "Stage",
    "IsWon": "Won",
    "IsClosed": "Closed",
    "IsConverted": "Converted",
    "IsPrimary": "Primary",
    "IsActive": "Active",
    "IsPrivate": "Private",
    "Probability": "Probability (%)",
    "LastActivityDate": "Last Activity",
    "TimeZoneSidKey": "Time Zone",
    "LocaleSidKey": "Locale",
    "IsUnreadByOwner": "Unread By Owner",
    "SystemModstamp": "System Modstamp",
    "Favourite_Colour__c": "Favourite Colour",
    "Full_Greeting__c": "Full Greeting",
    "Interests__c": "Interests",
    "Product_User_Id__c": "Product User ID",
}

STAGES = {  # stage: (probability, forecast category, closed, won)
    "Prospecting": (10, "Pipeline", False, False),
    "Qualification": (10, "Pipeline", False, False),
    "Needs Analysis": (20, "Pipeline", False, False),
    "Value Proposition": (50, "Best Case", False, False),
    "Proposal/Price Quote": (75, "Best Case", False, False),
    "Negotiation/Review": (90, "Commit", False, False),
    "Closed Won": (100, "Closed", True, True),
    "Closed Lost": (0, "Omitted", True, False),
}
LEAD_SOURCES = ("Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Trade Show", "Other")
LEAD_STATUSES = (
    "Open - Not Contacted",
    "Working - Contacted",
    "Closed - Converted",
    "Closed - Not Converted",
)
ROLES = (
    "Business User",
    "Decision Maker",
    "Economic Buyer",
    "Evaluator",
    "Executive Sponsor",
    "Influencer",
    "Other",
)
GEOCODE = ("Address", "NearAddress", "Block", "Street", "ExtendedZip", "Zip", "Neighborhood", "City", "State")
PICKLISTS: dict[str, tuple[str, ...]] = {
    "Account.Type": ("Prospect", "Customer - Direct", "Customer - Channel", "Partner", "Other"),
    "Opportunity.Type": (
        "New Customer",
        "Existing Customer - Upgrade",
        "Existing Customer - Replacement",
        "Existing Customer - Downgrade",
    ),
    "Industry": (*sorted(names.INDUSTRIES), "Government", "Not For Profit", "Other"),
    "Ownership": ("Public", "Private", "Subsidiary", "Other"),
    "Rating": ("Hot", "Warm", "Cold"),
    "AccountSource": LEAD_SOURCES,
    "LeadSource": LEAD_SOURCES,
    "Salutation": ("Mr.", "Ms.", "Mrs.", "Dr.", "Prof.", "Mx."),
    "Status": LEAD_STATUSES,
    "StageName": tuple(STAGES),
    "ForecastCategory": ("Omitted", "Pipeline", "BestCase", "Forecast", "Closed"),
    "ForecastCategoryName": ("Omitted", "Pipeline", "Best Case", "Commit", "Closed"),
    "Role": ROLES,
    "CurrencyIsoCode": ("DKK", "EUR", "GBP", "SEK", "USD"),
    "DefaultCurrencyIsoCode": ("DKK", "EUR", "GBP", "SEK", "USD"),
    "TimeZoneSidKey": ("America/New_York", "America/Los_Angeles", "Europe/Berlin", "Europe/London"),
    "LocaleSidKey": ("en_US", "en_GB", "de_DE"),
    "UserType": ("Standard",),
    "Interests__c": names.INTERESTS,
    "Favourite_Colour__c": names.COLOURS,
    "BillingGeocodeAccuracy": GEOCODE,
    "MailingGeocodeAccuracy": GEOCODE,
    "GeocodeAccuracy": GEOCODE,
}
GREETING_FORMULA = (
    '"Dear " & IF(ISBLANK(TEXT(Salutation)), IF(ISBLANK(FirstName), "", FirstName & " "), '
    'TEXT(Salutation) & " ") & LastName'
)
SOAP_TYPES = {
    "id": "tns:ID",
    "reference": "tns:ID",
    "boolean": "xsd:boolean",
    "int": "xsd:int",
    "double": "xsd:double",
    "currency": "xsd:double",
    "percent": "xsd:double",
    "date": "xsd:date",
    "datetime": "xsd:dateTime",
    "address": "urn:address",
}
NOT_GROUPABLE = {"address", "currency", "datetime", "double", "percent", "multipicklist"}


def _label(object_name: str, name: str) -> str:
    object_label = OBJECT_LABELS.get(object_name, object_name)
    known = LABELS.get(f"{object_name}.{name}") or LABELS.get(name)
    if known:
        return known.format(object=object_label)
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    words = re.sub(r"\bId$", "ID", words)
    return words.replace("Postal Code", "Zip/Postal Code").replace("State", "State/Province")


def _sizes(kind: str, size: str) -> JSON:
    if "." in size:
        precision, scale = (int(part) for part in size.split("."))
        return {"precision": precision, "scale": scale}
    if kind == "int":
        return {"digits": 8}
    return (
        {}
        if size == "-"
        else {"length": int(size), "byteLength": 3 * int(size) if kind != "id" else int(size)}
    )


def _values(object_name: str, name: str) -> list[JSON]:
    values = PICKLISTS.get(f"{object_name}.{name}") or PICKLISTS[name]
    first = name in {"Status", "UserType"}
    return [
        {
            "active": True,
            "defaultValue": first and place == 0,
            "label": value,
            "validFor": None,
            "value": value,
        }
        for place, value in enumerate(values)
    ]


def _reference(name: str, targets: str) -> JSON:
    several = "," in targets
    return {
        "referenceTo": targets.split(","),
        "relationshipName": name.removesuffix("Id"),
        "namePointing": several,
        "polymorphicForeignKey": several,
    }


def _field(object_name: str, line: str) -> JSON:
    name, kind, size, flags, *options = line.split()
    named = dict(option.split("=") for option in options)
    is_long, is_compound = size == "32000", kind == "address"
    field: JSON = {
        "name": name,
        "label": _label(object_name, name),
        "type": kind,
        "soapType": SOAP_TYPES.get(kind, "xsd:string"),
        **_sizes(kind, size),
        "nillable": "n" in flags,
        "createable": "c" in flags,
        "updateable": "u" in flags,
        "filterable": not is_long,
        "sortable": not is_long and not is_compound and kind != "multipicklist",
        "groupable": not is_long and kind not in NOT_GROUPABLE,
        "aggregatable": not is_long and kind not in {"boolean", "address"},
        "permissionable": "n" in flags and "u" in flags,
        "custom": "x" in flags,
    }
    optional: dict[str, Any] = {
        "defaultedOnCreate": "d" in flags,
        "restrictedPicklist": "r" in flags,
        "nameField": "N" in flags,
        "externalId": "e" in flags,
        "idLookup": kind in {"id", "email"} or "e" in flags,
        "compoundFieldName": named.get("in"),
    }
    field |= {key: value for key, value in optional.items() if value}
    if kind == "reference":
        field |= {key: value for key, value in _reference(name, named["to"]).items() if value}
    if kind.endswith("picklist"):
        field["picklistValues"] = _values(object_name, name)
    if kind == "multipicklist":
        field["precision"] = 4
    if name == "Full_Greeting__c":
        field |= {"calculated": True, "calculatedFormula": GREETING_FORMULA}
    return field


def field_names(object_name: str) -> list[str]:
    """Return the names of the fields that a record carries: all but compound addresses."""
    lines = (line.split() for line in OBJECTS[object_name].strip().splitlines() if line)
    return [name for name, kind, *_ in lines if kind != "address"]


def describe(object_name: str) -> JSON:
    """Return the object's description as the file of data/salesforce/describe holds it."""
    label = OBJECT_LABELS.get(object_name, object_name)
    lines = [line for line in OBJECTS[object_name].strip().splitlines() if line]
    return {
        "name": object_name,
        "label": label,
        "labelPlural": PLURALS.get(object_name, label + "s"),
        "keyPrefix": ids.PREFIXES[object_name],
        "custom": False,
        "fields": [_field(object_name, line) for line in lines],
    }
