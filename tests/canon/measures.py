"""Measures in which nothing is wrong, in the shapes that dbt builds: what the suites of the tests look at."""

# Rows of a healthy measure by suite, each said without its verdicts, and the verdicts that it has.
HEALTHY: dict[str, tuple[str, tuple[str, ...]]] = {}

HEALTHY["measure_suppressions"] = (
    """from (values ('salesforce', 'Contact', 0.1), ('salesforce', 'Lead', 1.5), ('hubspot', 'contacts', 0))
    as t (source, object, intervals_behind)""",
    ("verdict",),
)
HEALTHY["measure_review"] = (
    "from (values ('conflict', 3, 30), ('identity', 1, 0), ('all', 4, 30)) as t (kind, items, oldest_days)",
    ("verdict",),
)
HEALTHY["measure_rejects"] = (
    """from (values ('salesforce', 'Contact', '5 values'), ('salesforce', 'Lead', '0 values'),
    ('hubspot', 'contacts', '0 values')) as t (source, object, rejected)""",
    ("verdict",),
)
HEALTHY["measure_api_budget"] = (
    "from (values ('salesforce', 59.9), ('hubspot', 0.007)) as t (source, used_percent)",
    ("verdict",),
)
HEALTHY["measure_runs"] = (
    """select '24 hours' as period, 96 as syncs, 0.5 as failed_percent, 2 as intervals_since_success""",
    ("verdict", "age_verdict"),
)
HEALTHY["measure_freshness"] = (
    """select *, now()::timestamp as last_loaded_at
    from (values ('salesforce', 'Contact', 0.1, 3), ('hubspot', 'contacts', 0, 3))
    as t (source, object, intervals_behind, records)""",
    ("verdict",),
)
HEALTHY["measure_join_coverage"] = (
    "from (values ('salesforce', 9, 5), ('hubspot', 9, 5)) as t (source, matched, unmatched_percent)",
    ("verdict",),
)
HEALTHY["measure_vanished_fields"] = (
    """from (values ('salesforce', 'Contact', 9, 'none', 'none', 'none'),
    ('hubspot', 'contacts', 9, 'none', 'none', 'none'))
    as t (source, object, known_fields, vanished_fields, retyped_fields, unknown_fields)""",
    ("verdict",),
)
HEALTHY["measure_shrink"] = (
    """select *, '0 of 9 records' as loss, live as published_live
    from (values ('salesforce', 'Contact', 9), ('hubspot', 'contacts', 9), ('canon', 'customers', 9))
    as t (source, object, live)""",
    ("verdict",),
)
HEALTHY["measure_volume"] = (
    """from (values ('salesforce', 'Contact', '3 rows'), ('hubspot', 'contacts', null))
    as t (source, object, volume)""",
    ("verdict", "spike_verdict"),
)
HEALTHY["measure_silence"] = (
    """from (values ('salesforce', 'Contact', 3), ('hubspot', 'contacts', null))
    as t (source, object, quiet_runs)""",
    ("verdict",),
)
HEALTHY["measure_drift"] = (
    """from (values ('salesforce', 'Contact', '0 of 3'), ('hubspot', 'contacts', null))
    as t (source, object, difference)""",
    ("verdict",),
)
HEALTHY["measure_clocks"] = (
    "from (values ('salesforce', -0.5), ('hubspot', 0.5)) as t (source, seconds_ahead)",
    ("verdict",),
)
HEALTHY["measure_access"] = (
    "from (values ('salesforce', 0, 0), ('hubspot', 0, 0)) as t (source, refused, unavailable)",
    ("verdict", "answer_verdict"),
)
HEALTHY["measure_token_age"] = (
    """select *, now()::timestamp as first_used_at
    from (values ('salesforce', 3.5), ('hubspot', 0)) as t (source, age_days)""",
    ("verdict",),
)
HEALTHY["measure_lag"] = (
    """from (values ('salesforce', 'Contact', 3), ('hubspot', 'contacts', 0))
    as t (source, object, late_minutes)""",
    ("verdict",),
)
HEALTHY["measure_duplicates"] = (
    """from (values ('salesforce', 'email', 3.5), ('hubspot', 'email', 0))
    as t (source, kind, duplicate_percent)""",
    ("verdict",),
)
HEALTHY["measure_conflicts"] = (
    "from (values ('phone', 3), ('all', 3)) as t (field, conflicts)",
    ("verdict",),
)
HEALTHY["measure_field_profiles"] = (
    """from (values ('salesforce', 'Contact', 'as usual', 'as usual'),
    ('hubspot', 'contacts', 'phone', 'as usual')) as t (source, object, blank_shift, value_shift)""",
    ("verdict", "value_verdict"),
)
HEALTHY["measure_segments"] = (
    "from (values ('salesforce', 'DE', 90), ('hubspot', 'DE', 80)) as t (source, segment, matched_percent)",
    ("verdict",),
)
HEALTHY["measure_orphans"] = (
    """from (values ('hubspot', 'deals_contacts', 0), ('canon', 'all', 0))
    as t (source, object, orphan_percent)""",
    ("verdict",),
)


def measure(suite: str, edit: str = "*", where: str = "true") -> str:
    """A healthy measure, edited."""
    rows, verdicts = HEALTHY[suite]
    judged = ", ".join(
        f"'ok' as {each}, 'at most 5' as {each.replace('verdict', 'allowed')}" for each in verdicts
    )
    return f"select {edit} from (select *, {judged} from ({rows})) where {where}"
