"""SQL of dbt's macros without dbt, which takes seconds to start: what a build would make of a value.

The files are dbt's own, so nothing here knows how a value is typed. Only macros that need nothing of dbt but
`adapter.dispatch` can be rendered like this; any other fails, with the name of what it misses.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jinja2 import Environment, Template

from canon.errors import UsageError

FOLDERS = ("normalize", "portable")
ENGINES = ("duckdb", "default")


def typed_sql(root: Path, text: str, line: Mapping[str, Any]) -> str:
    """What staging makes of a text, in SQL: the macro `typed_value`.

    Args:
        root: The project.
        text: SQL of the text.
        line: A line of the field map.

    Raises:
        UsageError: The project has no macros.
    """
    return str(_macro(_read(root), "typed_value")(text, line, "null")).strip()


def _read(root: Path) -> Template:
    folders = [root / "dbt_project" / "macros" / name for name in FOLDERS]
    files = [path for folder in folders for path in sorted(folder.glob("*.sql"))]
    if not files:
        raise UsageError(f"There are no macros in {folders[0].parent}. Run canon in the project's folder.")
    environment = Environment(extensions=["jinja2.ext.do"], autoescape=False)  # SQL for DuckDB, no page
    return environment.from_string("\n".join(path.read_text(encoding="utf-8") for path in files))


def _macro(template: Template, name: str) -> Callable[..., Any]:
    """A macro of a template in which `adapter.dispatch` finds the macros for DuckDB."""

    def dispatch(called: str, package: str) -> Callable[..., Any]:
        names = (f"{engine}__{called}" for engine in ENGINES)
        found: Callable[..., Any] = next(getattr(module, each) for each in names if hasattr(module, each))
        return found

    module = template.make_module({"adapter": SimpleNamespace(dispatch=dispatch)})
    macro: Callable[..., Any] = getattr(module, name)
    return macro
