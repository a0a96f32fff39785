{{ conflict_rows('company', ref('int_companies_ranked'), ref('int_companies_decided')) }}
