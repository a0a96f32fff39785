{{ kept_by('record_hash', 'int_companies_restated') }}

-- what identity looks at: names and countries in the forms in which they are compared, worked out
-- once per version of a record: they cost more than all that is done with them
with

records as {{ narrowed_first() }} (

    select records.*

    from {{ ref('int_companies_unioned') }} as records

    {{ only_touched('int_companies_restated', {'record_hash': 'records.record_hash'}) }}

),

normalized as (

    select
        record_key,
        record_hash,
        source,
        is_deleted,
        domain,
        canon_company(name) || '/' || canon_region(country) as name_and_country

    from records

    where not is_merged

)

select * from normalized
