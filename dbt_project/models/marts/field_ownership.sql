{%- do lint_policy() -%}
-- the ownership matrix as rows, rendered from the same lines that the rules are
with

matrix as (

    {{ ownership_rows() }}

)

select * from matrix
