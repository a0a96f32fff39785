{{ conflict_rows('customer', ref('int_customers_ranked'), ref('int_customers_decided')) }}
