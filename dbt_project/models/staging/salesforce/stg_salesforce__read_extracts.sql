{{ read_extracts('salesforce') }}
