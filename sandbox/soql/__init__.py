"""SOQL: a grammar, a syntax tree, and its translation to DuckDB SQL."""
