{{ staged_records('company', 'salesforce', 'Account', id='salesforce_account_id', keys={
    'master_record_id': 'masterrecordid',
    'is_person_account_text': 'ispersonaccount',
}) }}
