-- what stewards decided about pairs of records: the last word on each pair, unless withdrawn
{{ staged_decisions(
    'identity_decisions',
    about=['left_key', 'right_key'],
    columns=['decision_id', 'left_key', 'right_key', 'entity', 'kind', 'actor', 'reason', 'decided_at'],
    standing=true,
) }}
