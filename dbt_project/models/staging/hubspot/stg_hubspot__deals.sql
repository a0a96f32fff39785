{{ staged_records('deal', 'hubspot', 'deals', id='hubspot_deal_id', keys={
    'merged_object_ids': 'hs_merged_object_ids',
    'salesforce_opportunity_id': 'hs_salesforceopportunityid',
}) }}
