-- What a merge took away does not come back: a record that was merged into another supplies no
-- value. Opt-outs are the exception, since a merge must not take one back.
with

won as (

    select
        cells.customer_id,
        cells.field,
        cells.source_record_id

    from {{ tested('customer_fields') }} as cells

    inner join {{ ref('int_customers_unioned') }} as records
        on cells.source = records.source
        and cells.object = records.object
        and cells.source_record_id = records.source_record_id

    where
        records.is_merged
        and not (
            cells.rule in ('consent_most_restrictive', 'consent_latest_explicit')
            and cells.value = 'true'
        )

)

select * from won
