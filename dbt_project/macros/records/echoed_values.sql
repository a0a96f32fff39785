{# The values that integration users copied: held by another record of the customer when they were written. Each with the clock
   of what it was copied from, which is no echo itself.

   The spans in which records of a customer held one value are read in the order of their beginnings. A span that an
   integration user began while an earlier one lasted is an echo; what lasted goes back, span by span, to one that is none,
   which is the newest of those before it. Time only runs one way, so records that echo each other end there, too. #}
{% macro echoed_values(entity, edited) %}
with

spans as (

    select
        *,
        lead(held_from) over (partition by record_key, field order by held_from nulls last) as held_until

    from {{ edited }}

),

covered as (

    select
        *,
        max(coalesce(held_until, cast('9999-12-31' as timestamp))) over (
            partition by {{ entity }}_id, field, value
            order by held_from nulls last, is_integration nulls last, record_key nulls last
            rows between unbounded preceding and 1 preceding
        ) as covered_until

    from spans

    where value is not null

),

judged as (

    select
        *,
        is_integration and coalesce(covered_until > held_from, false) as is_echo

    from covered

),

originated as (

    select
        *,
        {{ previous_known('case when not is_echo then held_from end', 'by_value') }} as original_at,
        {{ previous_known('case when not is_echo then clock end', 'by_value') }} as original_clock

    from judged

    window by_value as (
        partition by {{ entity }}_id, field, value
        order by held_from nulls last, is_integration nulls last, record_key nulls last
    )

),

echoed as (

    select
        record_key,
        field,
        held_from as echoed_at,
        original_at as changed_at,
        original_clock as clock

    from originated

    where is_echo and held_until is null

)

select * from echoed
{%- endmacro %}

{# The records with the clocks of what they echo. #}
{% macro dated_records(entity, records, echoed, objects) %}
    {%- set fields = echoing_fields(entity, objects) %}
with

records as (

    select * from {{ records }}

),

echoed as (

    select
        {%- for field in fields %}
        max(case when field = '{{ field }}' then echoed_at end) as {{ field }}_echoed_at,
        max(case when field = '{{ field }}' then changed_at end) as {{ field }}_original_at,
        max(case when field = '{{ field }}' then clock end) as {{ field }}_original_clock,
        {%- endfor %}
        record_key

    from {{ echoed }}

    group by record_key

),

dated as (

    select
        {%- for column in record_columns(entity) %}
        {{ dated_column(column, fields) }}{{ "," if not loop.last }}
        {%- endfor %}

    from records

    left join echoed
        on records.record_key = echoed.record_key

)

select * from dated
{%- endmacro %}

{# A column of a record; its clock is that of the original where the value is an echo. #}
{% macro dated_column(column, fields) -%}
    {%- set clocks = {} -%}
    {%- for field in fields -%}
        {%- do clocks.update({field ~ '_clock': [field, 'original_clock'], field ~ '_changed_at': [field, 'original_at']}) -%}
    {%- endfor -%}
    {%- if column in clocks -%}
        {%- set field, original = clocks[column] -%}
        case
            when records.{{ field }}_clock = 'field_history' and records.{{ field }}_changed_at = echoed.{{ field }}_echoed_at
                then echoed.{{ field }}_{{ original }}
            else records.{{ column }}
        end as {{ column }}
    {%- else -%}
        records.{{ column }}
    {%- endif -%}
{%- endmacro %}
