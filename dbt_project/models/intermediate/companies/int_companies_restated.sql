{{ restated_records(
    'company',
    company_records(),
    ref('int_companies_merged'),
    'int_companies_unioned',
) }}
