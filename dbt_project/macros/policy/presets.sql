{# Rules under the names that the HubSpot-Salesforce settings give them, as parts of a line of the matrix; nothing where the
   rule is none of these.

   prefer_<system>_unless_blank  that system's value, where it is blank the others'
   always_use_<system>           that system's value, blank or not, where it has a record of the person; else the others'
   two_way                       the last change anywhere, a clearing too; what was never set says nothing
   dont_sync                     the one listed system's value, and nobody else's ever

   A deleted record has no say beside a live one, under any of them. Without `sources`: every system that field_map lets
   state the field, the named one first and then by name: policy_version does not know the order of the map. #}
{% macro preset(entity, field, line) %}
    {% set named = modules.re.match('(prefer|always_use)_(.+?)(_unless_blank)?$', line.rule | string) %}
    {% set stating = stating_systems(entity, field) if named or line.rule == 'two_way' else [] %}
    {% if line.rule == 'two_way' %}
        {{ return({'rule': 'recency', 'sources': line.sources or stating, 'blank': line.blank or 'clear'}) }}
    {% elif line.rule == 'dont_sync' %}
        {{ return({'rule': 'owner_only', 'blank': 'keep_blank'}) }}
    {% elif named and named.group(2) in stating and (named.group(1) == 'prefer') == (named.group(3) is not none) %}
        {{ return({
            'rule': 'source_priority',
            'sources': [named.group(2)] + (line.sources or stating) | reject('equalto', named.group(2)) | list,
            'blank': 'fall_through' if named.group(1) == 'prefer' else 'keep_blank',
        }) }}
    {% endif %}
    {{ return({}) }}
{% endmacro %}

{# The systems that the field map lets fill a field, by name. #}
{% macro stating_systems(entity, field) %}
    {% set systems = [] %}
    {% for system, objects in var('field_map')[entity].items() %}
        {% for lines in objects.values() if field in lines.values() | map(attribute='to') and system not in systems %}
            {% do systems.append(system) %}
        {% endfor %}
    {% endfor %}
    {{ return(systems | sort) }}
{% endmacro %}
