"""Refused queries, worded as Salesforce words them."""

from __future__ import annotations

CUSTOM_HINT = "Please reference your WSDL or the describe call for the appropriate names."


class SoqlError(Exception):
    """A query Salesforce would answer with HTTP 400; `code` is its errorCode."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


def pointed(query: str, row: int, column: int, message: str) -> str:
    """Put the caret and the position before a message: row and column count from 1."""
    lines = query.split("\n")
    line = lines[row - 1] if 0 < row <= len(lines) else ""
    start = max(0, column - 41)
    excerpt = line[start : column + 40]
    return f"\n{excerpt}\n{' ' * (column - 1 - start)}^\nERROR at Row:{row}:Column:{column}\n{message}"


def unknown_column(query: str, row: int, column: int, name: str, entity: str) -> SoqlError:
    """A field that does not exist, or that the user may not see."""
    message = (
        f"No such column '{name}' on entity '{entity}'. If you are attempting to use a custom field, be "
        f"sure to append the '__c' after the custom field name. {CUSTOM_HINT}"
    )
    return SoqlError("INVALID_FIELD", pointed(query, row, column, message))


def unknown_relationship(query: str, row: int, column: int, name: str) -> SoqlError:
    """A path through a relationship that does not exist."""
    message = (
        f"Didn't understand relationship '{name}' in field path. If you are attempting to use a custom "
        f"relationship, be sure to append the '__r' after the custom relationship name. {CUSTOM_HINT}"
    )
    return SoqlError("INVALID_FIELD", pointed(query, row, column, message))


def unknown_type(query: str, row: int, column: int, name: str) -> SoqlError:
    """An object that does not exist, or that the user may not see."""
    message = (
        f"sObject type '{name}' is not supported. If you are attempting to use a custom object, be sure "
        f"to append the '__c' after the entity name. {CUSTOM_HINT}"
    )
    return SoqlError("INVALID_TYPE", pointed(query, row, column, message))


def malformed(query: str, row: int, column: int, message: str) -> SoqlError:
    """A query that does not parse."""
    return SoqlError("MALFORMED_QUERY", pointed(query, row, column, message))
