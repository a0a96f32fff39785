{{ edited_values(
    'customer',
    ref('int_customers_unioned'),
    ref('int_customers_identified'),
    [['salesforce', 'Contact'], ['salesforce', 'Lead'], ['hubspot', 'contacts']],
) }}
