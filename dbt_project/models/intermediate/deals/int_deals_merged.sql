{{ merged_records([
    {'system': 'hubspot', 'object': 'deals', 'model': ref('stg_hubspot__deals'),
     'id': 'hubspot_deal_id', 'losers': 'merged_object_ids'},
]) }}
