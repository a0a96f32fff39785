{# Priority of the rules that go by a measure of the value: 1 where no record that may win has a greater (`max`) or a
   smaller (`min`) one. #}
{% macro is_extreme(cell, measure, extreme) -%}
    case
                    when {{ measure }} = {{ extreme }}(case when {{ cell.may_win }} then {{ measure }} end)
                        over (partition by {{ cell.id }}) then 1
                    else 0
                end
{%- endmacro %}
