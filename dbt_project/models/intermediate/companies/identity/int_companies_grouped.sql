{{ final_groups(
    ref('int_companies_reached'),
    ref('int_companies_suspected'),
    ref('int_companies_regrouped'),
) }}
