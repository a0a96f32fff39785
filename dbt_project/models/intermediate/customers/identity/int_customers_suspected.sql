{{ kept_by('group_hash', 'int_customers_regathered', named='record_hash') }}

-- groups of records that the candidates put together although they cannot all be one person
with

reached as {{ narrowed_first() }} (

    select reached.*

    from {{ ref('int_customers_reached') }} as reached

    {{ only_touched('int_customers_regathered', {'record_hash': 'reached.record_hash'}) }}

),

records as {{ narrowed_first() }} (

    select records.*

    from {{ ref('int_customers_normalized') }} as records

    {{ only_touched('int_customers_regathered', {'record_hash': 'records.record_hash'}) }}

),

weak_links as {{ narrowed_first() }} (

    select proposed.left_key

    from {{ ref('int_customers_proposed') }} as proposed

    {{ only_touched('int_customers_regathered', {'record_hash': 'proposed.left_hash'}) }}

    where proposed.status = 'candidate' and proposed.tier >= 5

),

members as (

    select
        reached.group_key,
        records.*

    from reached

    inner join records
        on reached.record_key = records.record_key

),

standing as (

    select * from members

    where is_standing

),

weakly_linked as (

    select distinct members.group_key

    from weak_links

    inner join members
        on weak_links.left_key = members.record_key

),

too_large as (

    select
        group_key,
        'too many records or addresses' as reason

    from standing

    group by group_key
    having
        count(*) > {{ var('identity').max_records }}
        or count(distinct email) > {{ var('identity').max_emails }}

),

names as (

    select distinct
        standing.group_key,
        standing.first_name,
        standing.last_name

    from standing

    left join too_large
        on standing.group_key = too_large.group_key

    where too_large.group_key is null

),

contradictory as (

    select distinct
        names.group_key,
        'names that contradict each other' as reason

    from names

    inner join names as others
        on names.group_key = others.group_key

    {{ nickname_join('names', 'others') }}

    where
        {{ names_contradict('names', 'others') }}

),

-- only a name at a company puts colleagues together who have addresses of their own
colleagues as (

    select
        standing.group_key,
        'two addresses at one company' as reason

    from standing

    inner join weakly_linked
        on standing.group_key = weakly_linked.group_key

    group by standing.group_key, split_part(standing.company_email, '@', 2)
    having count(distinct standing.company_email) > 1

),

parted as (

    {{ parted_groups('members', ref('int_customers_settled')) }}

),

suspected as (

    select * from too_large
    union
    select * from contradictory
    union
    select * from colleagues
    union
    select * from parted

),

hashed as (

    select
        *,
        {{ key_hash('group_key') }} as group_hash

    from suspected

)

select * from hashed
