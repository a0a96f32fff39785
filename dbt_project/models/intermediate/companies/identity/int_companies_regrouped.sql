{{ config(materialized='connected_components') }}

{{ remaining_pairs(ref('int_companies_disputed'), ref('int_companies_judged')) }}
