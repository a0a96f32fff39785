{{ changed_records('hubspot', ref('stg_hubspot__read_extracts')) }}
