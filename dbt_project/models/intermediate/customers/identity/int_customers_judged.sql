{{ config(
    materialized='judged_links', guards='customer_guards',
    touched='int_customers_regathered', touched_by=['left_hash'], as_touched=['record_hash'],
) }}

-- what the guards of customer_guards look at: names, addresses and what stewards keep apart
-- depends_on: {{ ref('int_customers_normalized') }}
-- depends_on: {{ ref('int_nicknames_paired') }}
-- depends_on: {{ ref('int_customers_settled') }}
select disputed.*

from {{ ref('int_customers_disputed') }} as disputed

{{ only_touched('int_customers_regathered', {'record_hash': 'disputed.left_hash'}) }}
