{# Where a field map's `through` and `else` lead: the staging model of the object, its key, the value's column, and the object of the log
   that the model is made of; is_by_id: the key is the id of that object's records. #}
{% macro lookup(system, path) %}
    {% set object, name = path.split('.') %}
    {% set models = {
        'salesforce.Account': [ref('stg_salesforce__accounts'), 'salesforce_account_id'],
        'salesforce.User': [ref('stg_salesforce__users'), 'salesforce_user_id'],
        'hubspot.companies': [ref('stg_hubspot__companies'), 'hubspot_company_id'],
        'hubspot.owners': [ref('stg_hubspot__owners'), 'hubspot_owner_id'],
        'hubspot.pipelines': [ref('stg_hubspot__pipelines'), 'hubspot_pipeline_id'],
        'hubspot.stages': [ref('stg_hubspot__pipeline_stages'), 'hubspot_stage_id'],
    } %}
    {% set place = system ~ '.' ~ object %}
    {% do require_one_of('field_map: ' ~ system ~ "'s `through` or `else` " ~ path, place, models.keys() | list) %}
    {{ return({
        'model': models[place][0], 'key': models[place][1], 'column': name | lower,
        'logged_as': 'pipelines' if object == 'stages' else object, 'is_by_id': object not in ['stages', 'pipelines'],
    }) }}
{% endmacro %}
