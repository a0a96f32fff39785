{{ published_rows(
    'deal',
    ref('int_deals_completed'),
    ref('deals_snapshot'),
    also=['company_id', 'primary_customer_id'],
) }}
