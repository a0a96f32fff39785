{{ changed_records('product', ref('stg_product__read_extracts')) }}
