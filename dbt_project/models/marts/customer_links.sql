{{ link_rows(ref('int_customers_linked')) }}
