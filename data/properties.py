"""What HubSpot says about its properties: one line per property, expanded to its definition.

A line is `name|label|type|fieldType|group|flags`; flags: r value is read only, c calculated, x made in this
portal (not HubSpot's own), e external options (owners). Options stand in `OPTIONS`.
"""

from __future__ import annotations

import names
from world import JSON

CONTACTS = """
email|Email|string|text|contactinformation|
firstname|First Name|string|text|contactinformation|
lastname|Last Name|string|text|contactinformation|
salutation|Salutation|string|text|contactinformation|
phone|Phone Number|string|phonenumber|contactinformation|
mobilephone|Mobile Phone Number|string|phonenumber|contactinformation|
fax|Fax Number|string|text|contactinformation|
jobtitle|Job Title|string|text|contactinformation|
company|Company Name|string|text|contactinformation|
website|Website URL|string|text|contactinformation|
address|Street Address|string|text|contactinformation|
city|City|string|text|contactinformation|
state|State/Region|string|text|contactinformation|
zip|Postal Code|string|text|contactinformation|
country|Country/Region|string|text|contactinformation|
industry|Industry|string|text|contactinformation|
hs_language|Preferred language|enumeration|select|contactinformation|
message|Message|string|textarea|contactinformation|
lifecyclestage|Lifecycle Stage|enumeration|radio|contactinformation|
hubspotscore|HubSpot Score|number|number|contactinformation|r
hs_lead_status|Lead Status|enumeration|radio|sales_properties|
hs_analytics_source|Original Traffic Source|enumeration|select|analyticsinformation|
hs_analytics_source_data_1|Original Traffic Source Drill-Down 1|string|text|analyticsinformation|r
hs_analytics_first_timestamp|Time First Seen|datetime|date|analyticsinformation|r
hs_analytics_num_page_views|Number of Pageviews|number|number|analyticsinformation|r
hs_analytics_num_visits|Number of Sessions|number|number|analyticsinformation|r
num_conversion_events|Number of Form Submissions|number|number|conversioninformation|r
hubspot_owner_id|Contact owner|enumeration|select|sales_properties|e
hubspot_owner_assigneddate|Owner assigned date|datetime|date|sales_properties|r
hs_email_optout|Unsubscribed from all email|bool|booleancheckbox|emailinformation|r
hs_email_domain|Email Domain|string|text|emailinformation|r
hs_email_bounce|Marketing emails bounced|number|number|emailinformation|r
hs_email_hard_bounce_reason_enum|Email hard bounce reason|enumeration|select|emailinformation|r
hs_email_last_send_date|Last marketing email send date|datetime|date|emailinformation|r
hs_email_last_open_date|Last marketing email open date|datetime|date|emailinformation|r
hs_marketable_status|Marketing contact status|enumeration|select|contactinformation|r
notes_last_updated|Last Activity Date|datetime|date|sales_properties|r
notes_last_contacted|Last Contacted|datetime|date|sales_properties|r
num_notes|Number of Sales Activities|number|number|sales_properties|r
createdate|Create Date|datetime|date|contactinformation|r
lastmodifieddate|Last Modified Date|datetime|date|contactinformation|r
hs_lastmodifieddate|Object last modified date/time|datetime|date|contactinformation|r
hs_createdate|Object create date/time|datetime|date|contactinformation|r
hs_object_id|Record ID|number|number|contactinformation|r
hs_object_source|Record creation source|string|text|contactinformation|r
hs_object_source_label|Record source|enumeration|select|contactinformation|r
hs_was_imported|Performed in an import|bool|booleancheckbox|contactinformation|r
hs_merged_object_ids|Merged record IDs|enumeration|checkbox|contactinformation|re
hs_calculated_merged_vids|Merged vids with timestamps|string|text|contactinformation|rc
hs_all_contact_vids|All vids for a contact|enumeration|checkbox|contactinformation|re
hs_additional_emails|Additional email addresses|enumeration|checkbox|contactinformation|re
associatedcompanyid|Primary Associated Company ID|number|number|contactinformation|
num_associated_deals|Number of Associated Deals|number|calculation_rollup|sales_properties|rc
salesforcecontactid|Salesforce Contact ID|string|text|salesforceinformation|x
salesforceleadid|Salesforce Lead ID|string|text|salesforceinformation|x
salesforceaccountid|Salesforce Account ID|string|text|salesforceinformation|x
salesforcelastsynctime|Salesforce Last Sync Time|datetime|date|salesforceinformation|x
product_user_id|Product User ID|string|text|contactinformation|x
interests|Interests|enumeration|checkbox|contactinformation|x
likes_events|Invite to events|enumeration|select|contactinformation|x
"""
COMPANIES = """
name|Company name|string|text|companyinformation|
domain|Company Domain Name|string|text|companyinformation|
website|Website URL|string|text|companyinformation|
phone|Phone Number|string|phonenumber|companyinformation|
industry|Industry|enumeration|select|companyinformation|
numberofemployees|Number of Employees|number|number|companyinformation|
annualrevenue|Annual Revenue|number|number|companyinformation|
address|Street Address|string|text|companyinformation|
city|City|string|text|companyinformation|
state|State/Region|string|text|companyinformation|
zip|Postal Code|string|text|companyinformation|
country|Country/Region|string|text|companyinformation|
description|Description|string|textarea|companyinformation|
founded_year|Year Founded|string|text|companyinformation|
timezone|Time Zone|string|text|companyinformation|
type|Type|enumeration|select|companyinformation|
lifecyclestage|Lifecycle Stage|enumeration|radio|companyinformation|
hubspot_owner_id|Company owner|enumeration|select|companyinformation|e
hubspot_owner_assigneddate|Owner assigned date|datetime|date|companyinformation|r
notes_last_updated|Last Activity Date|datetime|date|companyactivity|r
createdate|Create Date|datetime|date|companyinformation|r
hs_createdate|Object create date/time|datetime|date|companyinformation|r
hs_lastmodifieddate|Last Modified Date|datetime|date|companyinformation|r
hs_object_id|Record ID|number|number|companyinformation|r
hs_object_source|Record creation source|string|text|companyinformation|r
hs_object_source_label|Record source|enumeration|select|companyinformation|r
hs_merged_object_ids|Merged record IDs|enumeration|checkbox|companyinformation|re
hs_additional_domains|Additional Domains|enumeration|checkbox|companyinformation|re
num_associated_contacts|Number of Associated Contacts|number|calculation_rollup|companyinformation|rc
num_associated_deals|Number of Associated Deals|number|calculation_rollup|companyinformation|rc
linkedin_company_page|LinkedIn Company Page|string|text|socialmediainformation|
salesforceaccountid|Salesforce Account ID|string|text|salesforceinformation|x
salesforcelastsynctime|Salesforce Last Sync Time|datetime|date|salesforceinformation|x
"""
DEALS = """
dealname|Deal Name|string|text|dealinformation|
dealstage|Deal Stage|enumeration|radio|dealinformation|
pipeline|Pipeline|enumeration|select|dealinformation|
amount|Amount|number|number|dealinformation|
amount_in_home_currency|Amount in company currency|number|number|dealinformation|rc
deal_currency_code|Currency|enumeration|select|dealinformation|
closedate|Close Date|datetime|date|dealinformation|
dealtype|Deal Type|enumeration|radio|dealinformation|
description|Deal Description|string|textarea|dealinformation|
hs_next_step|Next step|string|text|dealinformation|
closed_lost_reason|Closed Lost Reason|string|textarea|dealinformation|
hs_is_closed|Is Deal Closed?|bool|calculation_equation|dealinformation|rc
hs_is_closed_won|Is Closed Won|bool|calculation_equation|dealinformation|rc
hs_is_closed_lost|Is closed lost|bool|calculation_equation|dealinformation|rc
hs_deal_stage_probability|Deal probability|number|number|dealinformation|rc
hs_projected_amount|Weighted amount|number|calculation_equation|dealinformation|rc
hs_open_deal_create_date|Open deal create date|number|calculation_equation|dealinformation|rc
hs_closed_deal_close_date|Closed deal close date|number|calculation_equation|dealinformation|rc
hubspot_owner_id|Deal owner|enumeration|select|dealinformation|e
hubspot_owner_assigneddate|Owner assigned date|datetime|date|dealinformation|r
notes_last_updated|Last Activity Date|datetime|date|deal_activity|r
createdate|Create Date|datetime|date|dealinformation|
hs_createdate|Object create date/time|datetime|date|dealinformation|r
hs_lastmodifieddate|Last Modified Date|datetime|date|dealinformation|r
hs_object_id|Record ID|number|number|dealinformation|r
hs_object_source|Record creation source|string|text|dealinformation|r
hs_object_source_label|Record source|enumeration|select|dealinformation|r
hs_merged_object_ids|Merged record IDs|enumeration|checkbox|dealinformation|re
hs_primary_associated_company|Primary Associated Company|number|number|dealinformation|rc
num_associated_contacts|Number of Associated Contacts|number|calculation_rollup|dealinformation|rc
hs_salesforceopportunityid|Salesforce Opportunity ID|string|text|dealinformation|x
salesforcelastsynctime|Salesforce Last Sync Time|datetime|date|dealinformation|x
"""
OBJECTS = {"contacts": CONTACTS, "companies": COMPANIES, "deals": DEALS}

# (pipeline id, label) -> stages (id, label, probability, closed); stages are deliberately not sorted by id.
PIPELINES = {
    ("default", "Sales Pipeline"): (
        ("appointmentscheduled", "Appointment Scheduled", "0.2", False),
        ("qualifiedtobuy", "Qualified To Buy", "0.4", False),
        ("presentationscheduled", "Presentation Scheduled", "0.6", False),
        ("decisionmakerboughtin", "Decision Maker Bought-In", "0.8", False),
        ("contractsent", "Contract Sent", "0.9", False),
        ("closedwon", "Closed Won", "1.0", True),
        ("closedlost", "Closed Lost", "0.0", True),
    ),
    ("684112907", "Renewals"): (
        ("1000441203", "Renewal Due", "0.7", False),
        ("1000441204", "In Negotiation", "0.8", False),
        ("1000441205", "Renewed", "1.0", True),
        ("1000441206", "Churned", "0.0", True),
    ),
}
LIFECYCLE = (
    ("subscriber", "Subscriber"),
    ("lead", "Lead"),
    ("marketingqualifiedlead", "Marketing Qualified Lead"),
    ("salesqualifiedlead", "Sales Qualified Lead"),
    ("opportunity", "Opportunity"),
    ("customer", "Customer"),
    ("evangelist", "Evangelist"),
    ("other", "Other"),
)
LEAD_STATUSES = (
    "NEW",
    "OPEN",
    "IN_PROGRESS",
    "OPEN_DEAL",
    "UNQUALIFIED",
    "ATTEMPTED_TO_CONTACT",
    "CONNECTED",
)
TRAFFIC_SOURCES = (
    ("ORGANIC_SEARCH", "Organic Search"),
    ("PAID_SEARCH", "Paid Search"),
    ("EMAIL_MARKETING", "Email Marketing"),
    ("SOCIAL_MEDIA", "Organic Social"),
    ("REFERRALS", "Referrals"),
    ("DIRECT_TRAFFIC", "Direct Traffic"),
    ("OFFLINE", "Offline Sources"),
    ("PAID_SOCIAL", "Paid Social"),
)
BOOLEAN = (("true", "Yes"), ("false", "No"))
CURRENCIES = tuple((code, code) for code in ("DKK", "EUR", "GBP", "SEK", "USD"))
RECORD_SOURCES = (
    ("CRM_UI", "CRM UI"),
    ("FORM", "Form"),
    ("IMPORT", "Import"),
    ("INTEGRATION", "Integration"),
    ("API", "API"),
    ("SALESFORCE", "Salesforce"),
)


def _same(values: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((value, value.replace("_", " ").capitalize()) for value in values)


OPTIONS: dict[str, tuple[tuple[str, str], ...]] = {
    "lifecyclestage": LIFECYCLE,
    "hs_lead_status": _same(LEAD_STATUSES),
    "hs_analytics_source": TRAFFIC_SOURCES,
    "hs_language": (
        ("en", "English"),
        ("de", "German"),
        ("fr", "French"),
        ("es", "Spanish"),
        ("da", "Danish"),
    ),
    "hs_email_hard_bounce_reason_enum": _same(("UNKNOWN_USER", "MAILBOX_FULL", "OTHER")),
    "hs_marketable_status": BOOLEAN,
    "hs_object_source_label": RECORD_SOURCES,
    "interests": tuple((interest, interest) for interest in names.INTERESTS),
    "likes_events": (("Yes", "Yes"), ("No", "No")),
    "companies.industry": _same(tuple(sorted(names.INDUSTRIES.values()))),
    "type": _same(("PROSPECT", "PARTNER", "RESELLER", "VENDOR", "OTHER")),
    "dealstage": tuple((stage[0], stage[1]) for stages in PIPELINES.values() for stage in stages),
    "pipeline": tuple(PIPELINES),
    "deal_currency_code": CURRENCIES,
    "dealtype": (("newbusiness", "New Business"), ("existingbusiness", "Existing Business")),
}


def _options(object_name: str, name: str, kind: str) -> list[JSON]:
    pairs = BOOLEAN if kind == "bool" else OPTIONS.get(f"{object_name}.{name}") or OPTIONS.get(name, ())
    return [
        {"label": label, "value": value, "description": "", "displayOrder": place, "hidden": False}
        for place, (value, label) in enumerate(pairs)
    ]


def _definition(object_name: str, line: str) -> JSON:
    name, label, kind, widget, group, flags = line.split("|")
    is_own, is_read_only = "x" not in flags, "r" in flags
    is_choice = kind in {"enumeration", "bool"} and "e" not in flags
    definition: JSON = {
        "name": name,
        "label": label,
        "type": kind,
        "fieldType": widget,
        "groupName": group,
        "options": _options(object_name, name, kind) if is_choice else [],
        "hubspotDefined": is_own,
        "formField": not is_read_only,
        "modificationMetadata": {
            "archivable": not is_own,
            "readOnlyDefinition": is_own,
            "readOnlyOptions": is_own and is_read_only,
            "readOnlyValue": is_read_only,
        },
    }
    if "c" in flags:
        definition["calculated"] = True
    if "e" in flags:
        definition["externalOptions"] = name == "hubspot_owner_id"
    return definition


def property_names(object_name: str) -> list[str]:
    """Return the names of the object's properties, in the order of their definitions."""
    return [line.split("|")[0] for line in OBJECTS[object_name].strip().splitlines()]


def definitions(object_name: str) -> list[JSON]:
    """Return the object's property definitions as the file of data/hubspot/properties holds them."""
    return [_definition(object_name, line) for line in OBJECTS[object_name].strip().splitlines()]


def pipelines() -> list[JSON]:
    """Return the deal pipelines as the API returns them."""
    made = {"createdAt": "2023-01-04T09:00:00Z", "updatedAt": "2023-01-04T09:00:00Z", "archived": False}
    return [
        {
            "id": pipeline_id,
            "label": label,
            "displayOrder": place,
            **made,
            "stages": [
                {
                    "id": stage_id,
                    "label": stage_label,
                    "displayOrder": order,
                    "metadata": {"probability": probability, "isClosed": str(is_closed).lower()},
                    **made,
                    "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
                }
                for order, (stage_id, stage_label, probability, is_closed) in reversed(
                    list(enumerate(stages))
                )
            ],
        }
        for place, ((pipeline_id, label), stages) in enumerate(PIPELINES.items())
    ]
