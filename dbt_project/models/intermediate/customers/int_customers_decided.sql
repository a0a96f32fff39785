{{ decided_records('customer', ref('int_customers_ranked')) }}
