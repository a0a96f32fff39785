{{ settled_pairs('customer', ref('stg_canon__identity_decisions')) }}
