{{ changed_records('salesforce', ref('stg_salesforce__read_extracts')) }}
