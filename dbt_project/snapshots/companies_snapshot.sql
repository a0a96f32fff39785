{% snapshot companies_snapshot %}
{{ versioned('company', 'int_companies_resolved') }}
{{ snapshot_columns('company', ref('int_companies_resolved')) }}
{% endsnapshot %}
