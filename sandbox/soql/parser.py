"""SOQL text to its syntax tree."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path as FilePath
from typing import Any

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken, VisitError

from sandbox.soql import tree
from sandbox.soql.errors import SoqlError, malformed

_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_UNENCODED_PLUS = re.compile(r"T\d\d:\d\d:\d\d(?:\.\d+)?( )\d\d:?\d\d")
MAX_QUERY = 100_000
MAX_STRING = 4_000


def parse(text: str) -> tree.Query:
    """Parse one query; raises SoqlError with MALFORMED_QUERY."""
    if len(text) > MAX_QUERY:
        raise SoqlError(
            "QUERY_TOO_COMPLICATED", f"SOQL statements cannot be longer than {MAX_QUERY} characters."
        )
    try:
        parsed: tree.Query = _Build(text).transform(_grammar().parse(text))
    except UnexpectedToken as error:
        raise _unexpected_token(text, error) from None
    except UnexpectedCharacters as error:
        raise _unexpected_character(text, error) from None
    except VisitError as error:
        if isinstance(error.orig_exc, SoqlError):
            raise error.orig_exc from None
        raise
    return parsed


@cache
def _grammar() -> Lark:
    source = FilePath(__file__).with_name("grammar.lark").read_text(encoding="utf-8")
    return Lark(source, parser="lalr", lexer="contextual", maybe_placeholders=False)


def _unexpected_token(text: str, error: UnexpectedToken) -> SoqlError:
    unencoded = _UNENCODED_PLUS.search(text)
    if unencoded:
        at = unencoded.start(1)
        return SoqlError("MALFORMED_QUERY", f"line 1:{at} no viable alternative at character ' '")
    if error.token.type == "$END":
        lines = text.split("\n")
        return malformed(text, len(lines), len(lines[-1]) + 1, "unexpected token: '<EOF>'")
    return malformed(text, error.line, error.column, f"unexpected token: '{error.token}'")


def _unexpected_character(text: str, error: UnexpectedInput) -> SoqlError:
    position = error.pos_in_stream or 0
    message = f"line {error.line}:{error.column - 1} no viable alternative at character '{text[position]}'"
    return SoqlError("MALFORMED_QUERY", message)


def decode(literal: str) -> str:
    r"""Decode the inside of a quoted string; `\%` and `\_` stay, LIKE needs them."""

    def replaced(match: re.Match[str]) -> str:
        escape = match.group(1)
        if len(escape) == 5:
            return chr(int(escape[1:], 16))
        return match.group(0) if escape in "%_" else _ESCAPES.get(escape.lower(), escape)

    return _ESCAPE.sub(replaced, literal)


@v_args(inline=True)
class _Build(Transformer[Token, Any]):
    """Bottom-up construction of the tree; method names are the grammar's rules."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def start(self, query: tree.Query) -> tree.Query:
        return query

    def query(self, *parts: Any) -> tree.Query:
        clauses: dict[str, Any] = dict(
            part for part in parts if isinstance(part, tuple) and part[0] != "view"
        )
        items = tuple(part for part in parts if not isinstance(part, tuple))
        return tree.Query(items=items, **clauses)

    def field(self, path: tree.Path, alias: Token | None = None) -> tree.Path:
        return tree.Path(path.parts, path.row, path.column, str(alias or ""))

    def field_function(self, function: tree.Function) -> tree.Function:
        return function

    def function(self, name: Token, *rest: Any) -> tree.Function:
        argument = next((part for part in rest if isinstance(part, tree.Path)), None)
        alias = next((str(part) for part in rest if isinstance(part, Token)), "")
        return tree.Function(name.upper(), argument, alias, name.line or 1, name.column or 1)

    operand_function = function

    def child(self, query: tree.Query) -> tree.Query:
        return query

    def typeof(self, relationship: tree.Path, *branches: Any) -> tree.TypeOf:
        whens = tuple(branch for branch in branches if branch[0])
        otherwise = next((fields for name, fields in branches if not name), ())
        return tree.TypeOf(relationship, whens, otherwise)

    def when(self, name: Token, *fields: tree.Path) -> tuple[str, tuple[tree.Path, ...]]:
        return str(name), fields

    def otherwise(self, *fields: tree.Path) -> tuple[str, tuple[tree.Path, ...]]:
        return "", fields

    def path(self, *names: Token) -> tree.Path:
        first = names[0]
        return tree.Path(tuple(str(name) for name in names), first.line or 1, first.column or 1)

    def source(self, path: tree.Path, alias: Token | None = None) -> tuple[str, tree.Path]:
        return "source", tree.Path(path.parts, path.row, path.column, str(alias or ""))

    def where(self, condition: tree.Condition) -> tuple[str, tree.Condition]:
        return "where", condition

    def having(self, condition: tree.Condition) -> tuple[str, tree.Condition]:
        return "having", condition

    def group(self, *paths: tree.Path) -> tuple[str, tuple[tree.Path, ...]]:
        return "group", paths

    def order(self, *items: tree.Ordering) -> tuple[str, tuple[tree.Ordering, ...]]:
        return "order", items

    def order_item(self, operand: tree.Path | tree.Function, *marks: str) -> tree.Ordering:
        return tree.Ordering(operand, descending="desc" in marks, nulls_last="last" in marks)

    def ascending(self) -> str:
        return "asc"

    def descending(self) -> str:
        return "desc"

    def nulls_first(self) -> str:
        return "first"

    def nulls_last(self) -> str:
        return "last"

    def limit(self, number: Token) -> tuple[str, int]:
        return "limit", self._whole(number)

    def offset(self, number: Token) -> tuple[str, int]:
        return "offset", self._whole(number)

    def view(self) -> tuple[str, None]:
        return "view", None

    def _whole(self, number: Token) -> int:
        if not number.isdigit():
            message = f"unexpected token: '{number}'"
            raise malformed(self._text, number.line or 1, number.column or 1, message)
        return int(number)

    def conjunction(self, *conditions: tree.Condition) -> tree.Combination:
        return tree.Combination("and", conditions)

    def disjunction(self, *conditions: tree.Condition) -> tree.Combination:
        return tree.Combination("or", conditions)

    def negation(self, condition: tree.Condition) -> tree.Combination:
        return tree.Combination("not", (condition,))

    def compare(
        self, operand: tree.Path | tree.Function, operator: Token, value: tree.Literal
    ) -> tree.Comparison:
        return tree.Comparison(operand, "!=" if operator == "<>" else str(operator), (value,))

    def like(self, operand: tree.Path, value: Token) -> tree.Comparison:
        return tree.Comparison(operand, "like", (self.string(value),))

    def in_list(self, operand: tree.Path, values: tuple[tree.Literal, ...]) -> tree.Comparison:
        return tree.Comparison(operand, "in", values)

    def not_in_list(self, operand: tree.Path, values: tuple[tree.Literal, ...]) -> tree.Comparison:
        return tree.Comparison(operand, "not_in", values)

    def in_query(self, operand: tree.Path, query: tree.Query) -> tree.Comparison:
        return tree.Comparison(operand, "in", query=query)

    def not_in_query(self, operand: tree.Path, query: tree.Query) -> tree.Comparison:
        return tree.Comparison(operand, "not_in", query=query)

    def includes(self, operand: tree.Path, values: tuple[tree.Literal, ...]) -> tree.Comparison:
        return tree.Comparison(operand, "includes", values)

    def excludes(self, operand: tree.Path, values: tuple[tree.Literal, ...]) -> tree.Comparison:
        return tree.Comparison(operand, "excludes", values)

    def list(self, *values: tree.Literal) -> tuple[tree.Literal, ...]:
        return values

    def string(self, token: Token) -> tree.Literal:
        text = decode(token[1:-1])
        if len(text) > MAX_STRING:
            raise SoqlError(
                "MALFORMED_QUERY", f"string literals cannot be longer than {MAX_STRING} characters"
            )
        return tree.Literal("string", text, token.line or 1, token.column or 1)

    def number(self, token: Token) -> tree.Literal:
        return tree.Literal("number", str(token), token.line or 1, token.column or 1)

    def datetime(self, token: Token) -> tree.Literal:
        return tree.Literal("datetime", str(token), token.line or 1, token.column or 1)

    def date(self, token: Token) -> tree.Literal:
        return tree.Literal("date", str(token), token.line or 1, token.column or 1)

    def true(self) -> tree.Literal:
        return tree.Literal("boolean", "true", 1, 1)

    def false(self) -> tree.Literal:
        return tree.Literal("boolean", "false", 1, 1)

    def null(self) -> tree.Literal:
        return tree.Literal("null", "", 1, 1)

    def relative(self, name: Token, amount: Token | None = None) -> tree.Literal:
        count = self._whole(amount) if amount is not None else 0
        return tree.Literal("relative", name.upper(), name.line or 1, name.column or 1, count)
