{{ reopened(
    'company',
    ref('int_companies_identified'),
    ref('int_companies_restated'),
    ref('int_companies_answered'),
    'company_sources',
    moved=ref('int_companies_moved'),
) }}
