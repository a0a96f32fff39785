with

stages as (

    {{ staged_lookup('hubspot', 'pipelines', id='hubspot_pipeline_stage_id', columns={
        'hubspot_pipeline_id': 'pipeline_id',
        'label': 'pipeline_label',
    }) }}

),

-- the log has one row per stage; the pipeline's label is the same on each
pipelines as (

    select
        hubspot_pipeline_id,
        max(label) as label

    from stages

    where hubspot_pipeline_id is not null

    group by hubspot_pipeline_id

)

select * from pipelines
