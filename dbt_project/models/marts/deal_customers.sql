{%- do kept_by('deal_id', 'int_deals_reopened') -%}
with

contacted as (

    select contacted.*

    from {{ ref('int_deals_contacted') }} as contacted

    {{ only_touched('int_deals_reopened', {'deal_id': 'contacted.deal_id'}) }}

),

published as (

    select
        deal_id,
        customer_id,
        role,
        source

    from contacted

)

select * from published
