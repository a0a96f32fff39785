{% snapshot companies_snapshot %}
{{ versioned('company') }}
{{ snapshot_columns('company', ref('int_companies_resolved')) }}
{% endsnapshot %}
