{{ final_links(ref('int_companies_proposed'), ref('int_companies_judged')) }}
