{{ candidate_rows('company', ref('int_companies_ranked')) }}
