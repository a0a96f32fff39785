{{ unioned_records('deal', [
    {
        'system': 'salesforce', 'object': 'Opportunity',
        'model': ref('stg_salesforce__opportunities'), 'id': 'salesforce_opportunity_id',
    },
    {
        'system': 'hubspot', 'object': 'deals',
        'model': ref('stg_hubspot__deals'), 'id': 'hubspot_deal_id',
    },
], merges=ref('int_deals_merged')) }}
