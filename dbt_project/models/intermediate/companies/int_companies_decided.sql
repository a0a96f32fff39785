{{ decided_records('company', ref('int_companies_ranked')) }}
