{{ read_extracts('hubspot') }}
