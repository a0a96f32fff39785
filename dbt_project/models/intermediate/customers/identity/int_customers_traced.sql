{{ kept_by('record_hash', 'int_customers_changed') }}
{{ config(post_hook='delete from {{ this.schema }}.int_customers_changed') }}

-- what identity has taken in when it ends, by which the next build tells what changed
-- depends_on: {{ ref('int_customers_identified') }}
-- depends_on: {{ ref('int_customers_contradicted') }}
with

traced as (

    select distinct
        marks.*,
        '{{ identity_version() }}' as version

    from {{ ref('int_customers_fingerprinted') }} as marks

    {{ only_touched('int_customers_changed', {'record_hash': 'marks.record_hash'}) }}

)

select * from traced
