{# Whether two people's names contradict each other: both are present, and they are neither equal, a nickname, an
   initial nor a near-equal spelling of the other. Names swapped between the two fields do not contradict.

   one, other  {first, last, nickname}: SQL of normal first and last names; `nickname` is true where the two
               first names are known forms of one name #}
{% macro names_contradict(one, other, are_nicknames) -%}
    not (
            coalesce({{ one.first }} = {{ other.last }} and {{ one.last }} = {{ other.first }}, false)
        )
        and (
            ({{ one.first }} is not null and {{ other.first }} is not null
                and not {{ first_names_agree(one.first, other.first) }} and not {{ are_nicknames }})
            or ({{ one.last }} is not null and {{ other.last }} is not null
                and not {{ last_names_agree(one.last, other.last) }})
        )
{%- endmacro %}

{% macro first_names_agree(one, other) -%}
    (
                split_part({{ one }}, ' ', 1) = split_part({{ other }}, ' ', 1)
                or (length({{ one }}) = 1 and substr({{ other }}, 1, 1) = {{ one }})
                or (length({{ other }}) = 1 and substr({{ one }}, 1, 1) = {{ other }})
                or {{ nearly_equal(one, other) }}
            )
{%- endmacro %}

{# Last names agree with and without particles: `van der berg` and `berg`. #}
{% macro last_names_agree(one, other) -%}
    (
                {{ one }} = {{ other }}
                or {{ one }} like '% ' || {{ other }}
                or {{ other }} like '% ' || {{ one }}
                or {{ nearly_equal(one, other) }}
            )
{%- endmacro %}

{# Near-equal spelling: at most `identity.name_edit_distance` letters apart, from five letters on (Jan is not Jon). #}
{% macro nearly_equal(one, other) -%}
    (
                    least(length({{ one }}), length({{ other }})) >= 5
                    and levenshtein({{ one }}, {{ other }}) <= {{ var('identity').name_edit_distance }}
                )
{%- endmacro %}
