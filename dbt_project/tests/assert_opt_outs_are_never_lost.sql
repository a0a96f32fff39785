-- An opt-out on any record of a person, live, deleted or merged away, is the person's answer, and
-- nobody is marketable whose person or whose address has one. A merge in a CRM keeps the survivor's
-- answer, which is how opt-outs get lost. A split does not take one from either part.
with

own as (

    select
        crosswalk.customer_id,
        records.email

    from {{ ref('int_customers_unioned') }} as records

    inner join {{ ref('int_customers_identified') }} as crosswalk
        on records.record_key = crosswalk.record_key

    where records.email_opted_out

),

copied as (

    select distinct
        parted.other_customer_id as customer_id,
        cast(null as string) as email

    from {{ ref('int_customers_unioned') }} as records

    inner join {{ ref('int_customers_parted') }} as parted
        on records.record_key = parted.record_key

    where records.email_opted_out and records.email_opted_out_changed_at <= parted.parted_at

),

records as (

    select * from own
    union all
    select * from copied

),

answered_otherwise as (

    select
        customers.customer_id,
        'the canonical answer is another' as problem

    from {{ ref('customers') }} as customers

    inner join records
        on customers.customer_id = records.customer_id

    where
        customers.email_opted_out is distinct from true
        -- under the other consent rule a later opt-in may be the answer, but mails nobody
        and '{{ ownership("customer").email_opted_out.rule }}' = 'consent_most_restrictive'

),

marketable as (

    select
        marketable_customers.customer_id,
        'may be mailed' as problem

    from {{ ref('marketable_customers') }} as marketable_customers

    inner join records
        on marketable_customers.customer_id = records.customer_id
        or marketable_customers.email = records.email

),

lost as (

    select * from answered_otherwise
    union all
    select * from marketable

)

select * from lost
