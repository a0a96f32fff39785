{{ published_rows('company', ref('int_companies_resolved'), ref('companies_snapshot')) }}
