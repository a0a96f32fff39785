{{ echoed_values('customer', ref('int_customers_edited')) }}
