-- two first names are one where either is a form of the other, or both are forms of a third
with

nicknames as (

    select
        nickname,
        formal_name

    from {{ ref('nicknames') }}

),

forms as (

    select
        nickname as name,
        formal_name
    from nicknames
    union
    select
        formal_name as name,
        formal_name
    from nicknames

),

paired as (

    select distinct
        forms.name,
        others.name as other_name

    from forms

    inner join forms as others
        on forms.formal_name = others.formal_name

)

select * from paired
