-- what stewards decided about values: the last word on each field of each record they addressed. A
-- withdrawal stays: a delta hears of it in no other way
{{ staged_decisions(
    'value_decisions',
    about=['entity', 'record_key', 'field'],
    columns=[
        'decision_id', 'record_key', 'entity', 'field', 'kind', 'value', 'seen', 'actor', 'reason',
        'decided_at', 'expires_at',
    ],
    standing=false,
) }}
