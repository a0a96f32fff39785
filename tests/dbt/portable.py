"""What a model may write so that it means the same on DuckDB and on Spark."""

from collections.abc import Callable, Iterator
from itertools import pairwise

import sqlglot
from sqlglot import exp
from sqlglot.tokens import Token, TokenType

# Functions of the same name and meaning on both engines.
SAME = """
    abs any_value array_agg array_contains array_distinct array_sort avg bool_and bool_or cardinality cast chr
    coalesce concat_ws count dense_rank first_value greatest lag last_value lead least length levenshtein
    ln lower max max_by md5 median min min_by nullif power rank replace round row_number split_part substr
    sum trim try_cast upper
"""
# Normal forms in Python that every engine gets under the same name.
REGISTERED = {"canon_company", "canon_email", "canon_hash", "canon_name", "canon_phone", "canon_region"}
# DuckDB's own, each rendered by a macro that has another form for Spark; nothing else may write them.
DISPATCHED = {
    "array_to_string": "joined_text, sorted_list",
    "concat": "regex_group",
    "damerau_levenshtein": "spelling_distance",
    "epoch_ms": "epoch_ms, parse_timestamp",
    "epoch_us": "epoch_us",
    "hash": "fingerprint",
    "regexp_replace": "without_protocol",
    "string_split": "split_rows, sorted_list",
    "unnest": "split_rows",
}
# Types under these names on both engines; TEXT in capitals is dbt's own, and another word on Spark.
TYPES = {"string", "TEXT", "boolean", "bigint", "int", "integer", "double", "date", "timestamp"}
# A text with an offset becomes UTC wall-clock time in parse_timestamp only.
DISPATCHED_TYPES = {"timestamptz": "parse_timestamp"}

OPENING = {TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE}
CLOSING = {TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE}


def _orders_all(order: exp.Order) -> bool:
    """Whether it is about all rows of a statement: how a table lies on disk, and nothing of what it says."""
    query = order.parent
    return isinstance(query, exp.Query) and query.parent is None and not query.args.get("limit")


# Syntax that only DuckDB has, or that both have and mean differently.
FORBIDDEN: dict[str, Callable[[exp.Expr], bool]] = {
    "qualify": lambda node: isinstance(node, exp.Qualify),
    "group by all": lambda node: isinstance(node, exp.Group) and bool(node.args.get("all")),
    "select * exclude, replace or rename": lambda node: (
        isinstance(node, exp.Star) and any(value for value in node.args.values())
    ),
    "columns(…)": lambda node: isinstance(node, exp.Columns),
    "union by name": lambda node: isinstance(node, exp.SetOperation) and bool(node.args.get("by_name")),
    "lambda": lambda node: isinstance(node, exp.Lambda),
    "list comprehension": lambda node: isinstance(node, exp.Comprehension),
    "list literal": lambda node: isinstance(node, exp.Array | exp.List) and not node.find(exp.Query),
    "struct or map": lambda node: isinstance(
        node, exp.Struct | exp.Map | exp.ToMap | exp.VarMap | exp.PropertyEQ
    ),
    "element access": lambda node: isinstance(node, exp.Bracket | exp.Slice | exp.Dot),
    "recursive CTE": lambda node: isinstance(node, exp.With) and bool(node.args.get("recursive")),
    "natural, asof or positional join": lambda node: (
        isinstance(node, exp.Join) and node.method.upper() in ("NATURAL", "ASOF", "POSITIONAL")
    ),
    "distinct on": lambda node: isinstance(node, exp.Distinct) and bool(node.args.get("on")),
    "filter in a window": lambda node: isinstance(node, exp.Window) and isinstance(node.this, exp.Filter),
    "order by outside a window": lambda node: (
        isinstance(node, exp.Order) and not isinstance(node.parent, exp.Window) and not _orders_all(node)
    ),
    "integer division": lambda node: isinstance(node, exp.IntDiv),
    "division by what may be zero": lambda node: (
        isinstance(node, exp.Div) and not isinstance(node.expression.unnest(), exp.Literal | exp.Nullif)
    ),
    "glob or regular expression operator": lambda node: isinstance(
        node, exp.Glob | exp.RegexpLike | exp.RegexpFullMatch
    ),
    "quote or backslash in a literal": lambda node: (
        isinstance(node, exp.Literal) and node.is_string and bool({"'", "\\"} & set(node.this))
    ),
    "quoted name": lambda node: (
        isinstance(node, exp.Identifier) and node.quoted and not isinstance(node.parent, exp.Table)
    ),
    "name in capitals": lambda node: isinstance(node, exp.Identifier) and node.this != node.this.lower(),
    "pivot, sample or lateral": lambda node: isinstance(node, exp.Pivot | exp.TableSample | exp.Lateral),
}


def refusals(sql: str) -> list[str]:
    """Why a statement in DuckDB's dialect is not portable; empty where it is.

    Raises:
        sqlglot.errors.ParseError: It is no statement at all.
    """
    tree = sqlglot.parse_one(sql, read="duckdb")
    tokens = list(sqlglot.tokenize(sql, read="duckdb"))
    found = [what for node in tree.walk() for what, is_it in FORBIDDEN.items() if is_it(node)]
    found += [*_strange_functions(tokens), *_strange_types(tree, tokens), *_unsorted_nulls(tokens)]
    if any(token.token_type == TokenType.DCOLON for token in tokens):
        found.append("cast by ::")
    return sorted(set(found))


def _strange_functions(tokens: list[Token]) -> Iterator[str]:
    """Functions as they are written, since parsing gives some of them other names."""
    known = set(SAME.split()) | REGISTERED | set(DISPATCHED)
    for word, after in pairwise(tokens):
        is_call = after.token_type == TokenType.L_PAREN and after.start == word.end + 1
        if is_call and word.text.isidentifier() and word.text not in known:
            yield f"function {word.text}"


def _strange_types(tree: exp.Expr, tokens: list[Token]) -> Iterator[str]:
    """Types as they are written: the word after `as` in a cast."""
    if not tree.find(exp.Cast):
        return
    depth_of_casts: list[bool] = []
    for before, word in pairwise(tokens):
        if word.token_type == TokenType.L_PAREN:
            depth_of_casts.append(before.text.lower() in ("cast", "try_cast"))
        elif word.token_type == TokenType.R_PAREN and depth_of_casts:
            depth_of_casts.pop()
        elif before.text.lower() == "as" and depth_of_casts and depth_of_casts[-1]:
            strange = word.text not in TYPES | set(DISPATCHED_TYPES)
            yield from [f"type {word.text}"] if strange else []


def _unsorted_nulls(tokens: list[Token]) -> Iterator[str]:
    """Members of an `order by` that leave it to the engine where nulls go."""
    for start, token in enumerate(tokens):
        if token.token_type == TokenType.ORDER_BY:
            for member in _members(tokens[start + 1 :]):
                if [word.text.lower() for word in member[-2:]] != ["nulls", "last"]:
                    yield "order by without nulls last"


def _members(tokens: list[Token]) -> Iterator[list[Token]]:
    """What stands between the commas of a list, up to the bracket that closes around it."""
    depth = 0
    member: list[Token] = []
    for token in tokens:
        depth += (token.token_type in OPENING) - (token.token_type in CLOSING)
        if depth < 0 or token.token_type in (TokenType.LIMIT, TokenType.ROWS, TokenType.RANGE):
            break
        if depth == 0 and token.token_type == TokenType.COMMA:
            yield member
            member = []
        else:
            member.append(token)
    yield member
