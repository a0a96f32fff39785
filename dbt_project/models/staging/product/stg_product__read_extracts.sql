{{ read_extracts('product') }}
