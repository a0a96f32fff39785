{{ disputed_links(
    ref('int_companies_proposed'),
    ref('int_companies_reached'),
    ref('int_companies_suspected'),
) }}
