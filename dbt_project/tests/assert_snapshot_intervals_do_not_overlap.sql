-- A version begins before it ends, and not before the version it follows has ended: at any time a
-- customer, company or deal has at most one version. A gap is legal: an id may retire and live
-- again.
with

versions as (
    {% for entity, snapshot in {
        'customer': tested('customers_snapshot'),
        'company': tested('companies_snapshot'),
        'deal': tested('deals_snapshot'),
    }.items() %}
    select
        '{{ entity }}' as entity,
        {{ entity }}_id as entity_id,
        dbt_valid_from,
        dbt_valid_to
    from {{ snapshot }}
    {% if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

followed as (

    select
        *,
        lead(dbt_valid_from) over (
            partition by entity, entity_id order by dbt_valid_from nulls last
        ) as next_valid_from

    from versions

),

overlapping as (

    select * from followed

    where
        dbt_valid_to <= dbt_valid_from
        or next_valid_from < dbt_valid_to
        or (next_valid_from is not null and dbt_valid_to is null)

)

select * from overlapping
