"""Tables and columns that users and tools rely on: a name here changes only through an issue."""

import duckdb
import pytest

from tests.dbt.manifest import Project

pytestmark = pytest.mark.xdist_group("dbt")

CUSTOMER = """
    email first_name last_name phone job_title company_name street city state postal_code country
    lifecycle_stage lead_status lead_source lead_score account_owner email_opted_out last_activity_at
    usage_score internal_status subscription_status order_count lifetime_value
"""
COMPANY = "name domain phone industry employee_count annual_revenue currency country account_owner"
DEAL = "name stage amount currency close_date is_won is_closed pipeline account_owner"
STAMPS = "is_deleted first_seen_at changed_at policy_version"
CROSSWALK = "source object source_record_id match_rule match_key is_deleted first_seen_at"

# Table to its columns; of the entities also whose each field is, below.
PUBLIC = {
    "marts.customers": f"customer_id company_id {CUSTOMER} {STAMPS}",
    "marts.customer_sources": f"customer_id {CROSSWALK}",
    "marts.customer_aliases": "old_customer_id customer_id retired_at reason",
    "marts.customer_fields": """
        customer_id field value source object source_record_id rule changed_at clock is_contested
    """,
    "marts.customer_field_conflicts": """
        customer_id field canonical_value canonical_source source object source_record_id source_value
        status since
    """,
    "marts.customer_changes": """
        customer_id field old_value new_value old_source new_source cause changed_at sync_id
    """,
    "marts.review_queue": "item_id kind customer_id field candidates opened_at",
    "marts.companies": f"company_id {COMPANY} {STAMPS}",
    "marts.deals": f"deal_id company_id primary_customer_id {DEAL} {STAMPS}",
    "marts.company_sources": f"company_id {CROSSWALK}",
    "marts.deal_sources": f"deal_id {CROSSWALK}",
    "marts.customer_companies": "customer_id company_id is_primary source",
    "marts.deal_customers": "deal_id customer_id role source",
    "marts.field_ownership": "entity field rule sources fallback blank_policy needs_review steward why",
    "marts.marketable_customers": "customer_id",
    "ops.sync_extracts": """
        extract_id sync_id sync_seq source object mode transport window_from window_to rows_read
        rows_written rows_rejected api_calls retries api_used api_limit outcomes fields finished_at
    """,
    "ops.source_changes": """
        source object source_record_id field old_value new_value source_changed_at clock extract_id sync_id
    """,
    "ops.rejected_records": "source object source_record_id field reason raw_value sync_id is_resolved",
    "ops.schema_changes": "sync_id source object field change old_type new_type noticed_at",
    "ops.data_dictionary": """
        source object field label type picklist_values is_required is_writable is_calculated is_present
        canonical_field owner updated_at
    """,
    "ops.record_counts": """
        sync_id source object source_count copy_count missing surplus stale drift counted_at
    """,
}
OWNED = {"marts.customers": CUSTOMER, "marts.companies": COMPANY, "marts.deals": DEAL}

# Tables that the console writes, not dbt.
JOURNALS = {
    "ops.sync_runs": "sync_id started_at finished_at status mode policy_version error",
    "ops.health_checks": "sync_id check_name status observed threshold severity checked_at",
    "ops.incidents": "incident_id check_name severity opened_at closed_at observed threshold",
}


def test_every_published_table_is_here_or_is_extra(project: Project) -> None:
    """A table that nobody promised is free to go; one that was promised may not be lost from this list."""
    extra = {"customer_candidates", "customer_links", "customer_splits", "customer_suppressions"}
    extra |= {"field_profiles", "field_values"}
    extra |= {
        f"{entity}_{kind}"
        for entity in ("company", "deal")
        for kind in ("fields", "field_conflicts", "candidates", "changes")
    }
    published = {
        name
        for name, node in project.models.items()
        if node["schema"] in ("marts", "ops") and not name.startswith("measure_")
    }
    assert {table.split(".")[1] for table in PUBLIC} == published - extra


@pytest.mark.parametrize("table", PUBLIC)
def test_a_published_table_keeps_its_columns(project: Project, table: str) -> None:
    schema, name = table.split(".")
    node = project.models[name]
    assert node["schema"] == schema
    assert set(PUBLIC[table].split()) <= set(node["columns"])


@pytest.mark.parametrize("table", OWNED)
def test_an_entity_says_whose_every_field_is(project: Project, table: str) -> None:
    columns = project.models[table.split(".")[1]]["columns"]
    assert {f"{field}_source" for field in OWNED[table].split()} <= set(columns)


def test_a_journal_keeps_its_columns(project: Project) -> None:
    with duckdb.connect() as con:
        con.execute((project.root / "canon" / "journals.sql").read_text())
        for table, columns in JOURNALS.items():
            described = con.execute(f"describe {table}").fetchall()
            assert set(columns.split()) <= {row[0] for row in described}, table


def test_the_snapshot_of_customers_keeps_every_canonical_field(project: Project) -> None:
    snapshot = project.snapshots["customers_snapshot"]
    assert snapshot["config"]["unique_key"] == "customer_id"
    assert {*CUSTOMER.split(), "company_id", "is_deleted"} <= set(snapshot["config"]["check_cols"])
