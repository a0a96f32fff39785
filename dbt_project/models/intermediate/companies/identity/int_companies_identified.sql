{{ identified_records(
    'company',
    ref('int_companies_unioned'),
    ref('int_companies_grouped'),
    ref('int_companies_linked'),
) }}
