{{ config(materialized='judged_links', guards='customer_guards') }}

-- what the guards of customer_guards look at: names, addresses and what stewards keep apart
-- depends_on: {{ ref('int_customers_normalized') }}
-- depends_on: {{ ref('int_nicknames_paired') }}
-- depends_on: {{ ref('int_customers_settled') }}
select * from {{ ref('int_customers_disputed') }}
