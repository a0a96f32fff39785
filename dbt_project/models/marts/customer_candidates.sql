{{ candidate_rows('customer', ref('int_customers_ranked')) }}
