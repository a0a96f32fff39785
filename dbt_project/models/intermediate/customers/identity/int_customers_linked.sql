{{ final_links(ref('int_customers_proposed'), ref('int_customers_judged')) }}
