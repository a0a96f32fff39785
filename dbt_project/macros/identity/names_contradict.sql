{# Whether two people's names contradict each other: both are present, and they are neither equal, a nickname, an
   initial nor a near-equal spelling of the other. Names swapped between the two fields do not contradict.

   one, other  aliases of relations with first_name and last_name in normal form, joined by nickname_join #}
{% macro names_contradict(one, other) -%}
    {%- set one, other = person(one), person(other) -%}
    not {{ names_are_swapped(one, other) }}
        and (
            {{ first_names_contradict(one, other) }}
            or {{ last_names_contradict(one, other) }}
        )
{%- endmacro %}

{# The same where a third thing says that they are one, an id of the product for one: another last name may be a marriage,
   another first name is another person. Where a first name is missing, the last names tell. #}
{% macro first_names_tell(one, other) -%}
    {%- set one, other = person(one), person(other) -%}
    not {{ names_are_swapped(one, other) }}
        and (
            {{ first_names_contradict(one, other) }}
            or (
                ({{ one.first }} is null or {{ other.first }} is null)
                and {{ last_names_contradict(one, other) }}
            )
        )
{%- endmacro %}

{# The join that names_contradict needs: `nicknames.name` is null unless the two first names are forms of one. #}
{% macro nickname_join(one, other) -%}
    left join {{ ref('int_nicknames_paired') }} as nicknames
        on split_part({{ one }}.first_name, ' ', 1) = nicknames.name
        and split_part({{ other }}.first_name, ' ', 1) = nicknames.other_name
{%- endmacro %}

{% macro person(alias) %}
    {{ return({'first': alias ~ '.first_name', 'last': alias ~ '.last_name'}) }}
{% endmacro %}

{% macro first_names_contradict(one, other) -%}
    ({{ one.first }} is not null and {{ other.first }} is not null
                and not {{ first_names_agree(one.first, other.first) }}
                and not (nicknames.name is not null and {{ second_words_agree(one.first, other.first) }}))
{%- endmacro %}

{% macro last_names_contradict(one, other) -%}
    ({{ one.last }} is not null and {{ other.last }} is not null
                and (
                    not {{ last_names_agree(one.last, other.last) }}
                    and not ({{ first_names_are_whole(one, other) }} and {{ last_name_is_misspelt(one.last, other.last) }})
                    or {{ suffixes_differ(one.last, other.last) }}
                ))
{%- endmacro %}

{# Both first names are there, and are more than an initial. #}
{% macro first_names_are_whole(one, other) -%}
    coalesce(length({{ one.first }}) > 1 and length({{ other.first }}) > 1, false)
{%- endmacro %}

{# A family shares its last name, and tells its people apart by the first: so beside first names that agree a last name may be
   misspelt worse than otherwise. `identity.misspelt_last_name` says from how many letters on one may differ, from how many two, and
   so on. A second letter may not where there are several words: García López's son is García Gómez. #}
{% macro last_name_is_misspelt(one, other) -%}
    {{ spelling_distance(one, other) }} <= case
                        when substr({{ one }}, 1, 1) != substr({{ other }}, 1, 1) then 0
                        {%- for least in var('identity').misspelt_last_name | reverse %}
                        when least(length({{ one }}), length({{ other }})) >= {{ least }}
                            {%- if not loop.last %} and {{ one }} || {{ other }} not like '% %' {%- endif %} then {{ loop.revindex }}
                        {%- endfor %}
                        else 0
                    end
{%- endmacro %}

{# Father and son: `miller sr` and `miller jr`, `miller ii` and `miller iii`, `miller 2nd` and `miller 3rd`. #}
{% macro suffixes_differ(one, other) -%}
    coalesce({{ name_suffix(one) }} != {{ name_suffix(other) }}, false)
{%- endmacro %}

{# The generation that stands behind a last name; null where there is none. #}
{% macro name_suffix(last) -%}
    case
            {%- for suffix, generation in {'jr': 2, 'junior': 2, 'filho': 2, 'sr': 1, 'senior': 1, 'ii': 2, 'iii': 3, 'iv': 4, '2nd': 2, '3rd': 3, '4th': 4}.items() %}
            when {{ last }} like '% {{ suffix }}' then {{ generation }}
            {%- endfor %}
        end
{%- endmacro %}

{% macro names_are_swapped(one, other) -%}
    coalesce(
            ({{ one.first }} = {{ other.last }} or {{ nearly_equal(one.first, other.last) }})
            and ({{ one.last }} = {{ other.first }} or {{ nearly_equal(one.last, other.first) }}),
            false
        )
{%- endmacro %}

{# First names agree by their first words, unless both have a second one that differs (Jean Paul is not Jean Luc); or as an initial;
   or misspelt, word by word where both have several: María José is not Mario José. #}
{% macro first_names_agree(one, other) -%}
    (
                ({{ word(one, 1) }} = {{ word(other, 1) }} and {{ second_words_agree(one, other) }})
                or (length({{ one }}) = 1 and substr({{ other }}, 1, 1) = {{ one }})
                or (length({{ other }}) = 1 and substr({{ one }}, 1, 1) = {{ other }})
                or (not ({{ one }} like '% %' and {{ other }} like '% %') and {{ first_name_is_misspelt(one, other) }})
                or (
                    {{ one }} like '% %' and {{ other }} like '% %'
                    and {{ first_name_is_misspelt(word(one, 1), word(other, 1)) }}
                    and {{ second_words_agree(one, other) }}
                )
            )
{%- endmacro %}

{# Neither in the last letter, which tells Daniel from Daniela and Maria from Mario, nor in the first, which tells Holly from Molly and
   is hardly ever mistyped. #}
{% macro first_name_is_misspelt(one, other) -%}
    ({{ nearly_equal(one, other) }}
                    and substr({{ one }}, 1, 1) = substr({{ other }}, 1, 1)
                    and substr({{ one }}, length({{ one }}), 1) = substr({{ other }}, length({{ other }}), 1))
{%- endmacro %}

{% macro word(name, place) -%} split_part({{ name }}, ' ', {{ place }}) {%- endmacro %}

{% macro second_words_agree(one, other) -%}
    {%- set one, other = word(one, 2), word(other, 2) -%}
    (
                    {{ one }} = '' or {{ other }} = '' or {{ one }} = {{ other }}
                    or (least(length({{ one }}), length({{ other }})) = 1 and substr({{ one }}, 1, 1) = substr({{ other }}, 1, 1))
                    or {{ first_name_is_misspelt(one, other) }}
                )
{%- endmacro %}

{# Last names agree with and without particles: `van der berg` and `berg`. #}
{% macro last_names_agree(one, other) -%}
    (
                {{ one }} = {{ other }}
                or {{ one }} like '% ' || {{ other }}
                or {{ other }} like '% ' || {{ one }}
                or ({{ name_suffix(one) }} is not null and {{ one }} like {{ other }} || ' %')
                or ({{ name_suffix(other) }} is not null and {{ other }} like {{ one }} || ' %')
                or {{ nearly_equal(one, other) }}
            )
{%- endmacro %}

{# Near-equal spelling: at most `identity.name_edit_distance` letters apart, two neighbours in the wrong order being one, from
   five letters on (Jan is not Jon). #}
{% macro nearly_equal(one, other) -%}
    (
                    least(length({{ one }}), length({{ other }})) >= 5
                    and {{ spelling_distance(one, other) }} <= {{ var('identity').name_edit_distance }}
                )
{%- endmacro %}

{# Letters to insert, delete, replace or swap with their neighbour. Spark knows no such distance: an environment that runs
   there registers one, as it does the normal forms. #}
{% macro spelling_distance(one, other) -%}
    {{ adapter.dispatch('spelling_distance', 'canon')(one, other) }}
{%- endmacro %}

{% macro default__spelling_distance(one, other) -%} damerau_levenshtein({{ one }}, {{ other }}) {%- endmacro %}

{% macro spark__spelling_distance(one, other) -%} canon_spelling_distance({{ one }}, {{ other }}) {%- endmacro %}
