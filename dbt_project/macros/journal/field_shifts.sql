{# CTE shifted_blanks: per field, how blank the newest deltas are against the thirty before. Expects profiles and deltas. `points` is null
   where too little was seen. #}
{% macro shifted_blanks() -%}
blank_deltas as (

    select
        profiles.*,
        {{ since_enough('profiles.records', 'null_shift') }} as is_recent

    from profiles

    inner join deltas
        on profiles.sync_seq = deltas.sync_seq
        and profiles.source = deltas.source
        and profiles.object = deltas.object

),

blank_sides as (

    select
        *,
        {{ before_recent() }} as is_before

    from blank_deltas

),

blank_sums as (

    select
        source,
        object,
        canonical_field,
        sum(case when is_recent then records else 0 end) as records,
        sum(case when is_recent then blanks else 0 end) as blanks,
        sum(case when is_before then records else 0 end) as usual_records,
        sum(case when is_before then blanks else 0 end) as usual_blanks,
        count(*) filter (where is_before) as runs

    from blank_sides

    group by source, object, canonical_field

),

blank_shares as (

    select
        *,
        blanks * 100.0 / nullif(records, 0) as blank_percent,
        usual_blanks * 100.0 / nullif(usual_records, 0) as usual_blank_percent

    from blank_sums

),

shifted_blanks as (

    select
        *,
        case
            when
                runs >= {{ health_number('null_shift', 'runs') }}
                and records >= {{ health_number('null_shift', 'rows') }}
                and usual_records >= {{ health_number('null_shift', 'rows') }}
                then greatest(blank_percent - usual_blank_percent, 0)
        end as points

    from blank_shares

),
{%- endmacro %}

{# CTE shifted_values: per field with listed choices, how far apart what the newest deltas chose is from what the thirty before did, and
   the choice that has gained or lost most. Expects profiles and deltas.

   The distance is Jensen and Shannon's: the square root of the divergence in bits, 0 for the same shares and 1 for nothing in common.
   It is defined where a choice is new or gone, which the population stability index is not. #}
{% macro shifted_values() -%}
chosen_values as (

    select
        source,
        object,
        canonical_field,
        sync_seq,
        value,
        record_count

    from {{ ref('field_values') }}

    where value != '{{ untold() }}'

),

chosen_deltas as (

    select
        chosen.source,
        chosen.object,
        chosen.canonical_field,
        chosen.sync_seq,
        sum(chosen.record_count) as records

    from chosen_values as chosen

    inner join deltas
        on chosen.sync_seq = deltas.sync_seq
        and chosen.source = deltas.source
        and chosen.object = deltas.object

    group by chosen.source, chosen.object, chosen.canonical_field, chosen.sync_seq

),

recent_choices as (

    select
        *,
        {{ since_enough('records', 'value_shift') }} as is_recent

    from chosen_deltas

),

sided_choices as (

    select
        *,
        {{ before_recent() }} as is_before

    from recent_choices

),

enough_choices as (

    select
        source,
        object,
        canonical_field,
        sum(case when is_recent then records end) as records,
        sum(case when is_before then records end) as usual_records

    from sided_choices

    group by source, object, canonical_field

    having
        count(*) filter (where is_before) >= {{ health_number('null_shift', 'runs') }}
        and sum(case when is_recent then records end) >= {{ health_number('value_shift', 'rows') }}
        and sum(case when is_before then records end) >= {{ health_number('value_shift', 'rows') }}

),

choice_shares as (

    select
        chosen.source,
        chosen.object,
        chosen.canonical_field,
        chosen.value,
        sum(case when sides.is_recent then chosen.record_count else 0 end)
        / nullif(cast(max(enough.records) as double), 0) as share,
        sum(case when sides.is_before then chosen.record_count else 0 end)
        / nullif(cast(max(enough.usual_records) as double), 0) as usual_share

    from chosen_values as chosen

    inner join sided_choices as sides
        on chosen.source = sides.source
        and chosen.object = sides.object
        and chosen.canonical_field = sides.canonical_field
        and chosen.sync_seq = sides.sync_seq
        and (sides.is_recent or sides.is_before)

    inner join enough_choices as enough
        on chosen.source = enough.source
        and chosen.object = enough.object
        and chosen.canonical_field = enough.canonical_field

    group by chosen.source, chosen.object, chosen.canonical_field, chosen.value

),

diverged as (

    select
        *,
        case when share > 0 then share * ln(2 * share / nullif(share + usual_share, 0)) else 0 end
        + case
            when usual_share > 0 then usual_share * ln(2 * usual_share / nullif(share + usual_share, 0))
            else 0
        end as divergence,
        row_number() over (
            partition by source, object, canonical_field
            order by abs(share - usual_share) desc nulls last, value asc nulls last
        ) as place

    from choice_shares

),

shifted_values as (

    select
        source,
        object,
        canonical_field,
        power(greatest(sum(divergence) / 2 / {{ bit() }}, 0), 0.5) as distance,
        max(case when place = 1 then value end) as moved_value,
        max(case when place = 1 then share * 100 end) as moved_percent,
        max(case when place = 1 then usual_share * 100 end) as usual_moved_percent

    from diverged

    group by source, object, canonical_field

),
{%- endmacro %}

{# A bit in nats, ln(2): divergences are summed by the natural logarithm. #}
{% macro bit() -%} 0.6931471805599453 {%- endmacro %}

{# Whether a delta is among the newest that together hold as many records as the policy asks for. #}
{% macro since_enough(records, check) -%}
    coalesce(
            sum({{ records }}) over (
                partition by {{ field_columns(records) }}
                order by {{ field_prefix(records) }}sync_seq desc nulls last
                rows between unbounded preceding and 1 preceding
            ), 0
        ) < {{ health_number(check, 'rows') }}
{%- endmacro %}

{# Whether it is among the thirty before those. #}
{% macro before_recent() -%}
    not is_recent
            and row_number() over (
                partition by source, object, canonical_field, is_recent
                order by sync_seq desc nulls last
            ) <= 30
{%- endmacro %}

{% macro field_columns(of) %}
    {% set prefix = field_prefix(of) %}
    {{ return(prefix ~ 'source, ' ~ prefix ~ 'object, ' ~ prefix ~ 'canonical_field') }}
{% endmacro %}

{% macro field_prefix(of) %}
    {{ return(of.split('.')[0] ~ '.' if '.' in of else '') }}
{% endmacro %}
