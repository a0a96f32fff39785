{{ kept_by('left_hash', 'int_customers_regathered', named='record_hash') }}

-- pairs of records that the CRM says are one person, although their names contradict each other
with

linked as {{ narrowed_first() }} (

    select linked.*

    from {{ ref('int_customers_linked') }} as linked

    {{ only_touched('int_customers_regathered', {'record_hash': 'linked.left_hash'}) }}

    where linked.match_rule = 'crm_link' and linked.status = 'accepted'

),

contradicted as (

    select
        linked.left_key,
        linked.left_hash,
        linked.right_key,
        'the CRM says that they are one, and their names contradict each other' as reason

    from linked

    inner join {{ ref('int_customers_normalized') }} as one
        on linked.left_key = one.record_key
        and one.is_standing

    inner join {{ ref('int_customers_normalized') }} as other
        on linked.right_key = other.record_key
        and other.is_standing

    {{ nickname_join('one', 'other') }}

    where {{ names_contradict('one', 'other') }}

)

select * from contradicted
