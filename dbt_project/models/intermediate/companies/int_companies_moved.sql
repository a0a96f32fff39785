{{ moved_records('company', ref('int_companies_identified'), 'company_sources') }}
