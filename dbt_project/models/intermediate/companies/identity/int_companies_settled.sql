{{ settled_pairs('company', ref('stg_canon__identity_decisions')) }}
