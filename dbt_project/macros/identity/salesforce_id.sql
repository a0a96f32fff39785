{# A Salesforce id in its 18-character form: a 15-character id gets its checksum, one letter for each five characters
   that says which of them are capitals. Anything else is returned as it is. #}
{% macro salesforce_id(id) -%}
    case
            when length({{ id }}) = 15 then {{ id }}
                {%- for chunk in [1, 6, 11] %}
                || substr('ABCDEFGHIJKLMNOPQRSTUVWXYZ012345', 1
                    {%- for place in range(5) %}
                    + case when substr({{ id }}, {{ chunk + place }}, 1) between 'A' and 'Z' then {{ 2 ** place }} else 0 end
                    {%- endfor %}, 1)
                {%- endfor %}
            else {{ id }}
        end
{%- endmacro %}

{# Key of the Salesforce record that another system names by an id of 15 or 18 characters. #}
{% macro claimed(object, id) -%}
    {{ record_key('salesforce', object, salesforce_id(id)) }}
{%- endmacro %}
