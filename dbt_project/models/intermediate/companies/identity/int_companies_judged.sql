{{ config(materialized='judged_links', guards='company_guards') }}

-- what the guards of company_guards look at: live records, and what stewards keep apart
-- depends_on: {{ ref('int_companies_unioned') }}
-- depends_on: {{ ref('int_companies_settled') }}
select * from {{ ref('int_companies_disputed') }}
