{{ echoed_values('company', ref('int_companies_edited')) }}
