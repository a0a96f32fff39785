with

stages as (

    {{ staged_lookup('hubspot', 'pipelines', id='hubspot_pipeline_stage_id', columns={
        'hubspot_stage_id': 'stage_id',
        'label': 'stage_label',
    }) }}

),

-- a stage id belongs to one pipeline; the key of the log names both
identified as (

    select
        hubspot_stage_id,
        max(label) as label

    from stages

    where hubspot_stage_id is not null

    group by hubspot_stage_id

)

select * from identified
