{{ unioned_records(
    'company',
    company_records(),
    merges=ref('int_companies_merged'),
    touched='int_companies_restated',
) }}
