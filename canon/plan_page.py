"""A plan, or how two days differ, for people."""

from rich.console import Console
from rich.markup import escape

from canon.plan_cells import Difference, Plan


def print_plan(console: Console, plan: Plan) -> None:
    """A paragraph per field with examples, then the sums."""
    if not plan.fields:
        console.print(f"{escape(plan.matrix)} changes no value of anybody.")
    _print_fields(console, plan)
    console.print(
        f"\nCells that change: {plan.cells:,}. Questions for a steward: {plan.reviews_opened:,} open, "
        f"{plan.reviews_closed:,} close. People who may be mailed: {plan.marketable_gained:,} more, "
        f"{plan.marketable_lost:,} fewer. Nothing was changed.",
        soft_wrap=True,
    )
    if plan.exit_code:
        console.print(f"[red]That is above the limit of {plan.limit:,} cells.[/]")


def print_difference(console: Console, found: Difference, before: str, after: str) -> None:
    """The same of two states that were built."""
    if not found.fields:
        console.print(f"No value of anybody differs between {escape(before)} and {escape(after)}.")
    _print_fields(console, found)
    console.print(
        f"\nFrom {escape(before)} to {escape(after)} {found.cells:,} cells changed. Questions for a steward: "
        f"{found.reviews_opened:,} opened, {found.reviews_closed:,} closed. People who may be mailed: "
        f"{found.marketable_gained:,} more, {found.marketable_lost:,} fewer.",
        soft_wrap=True,
    )


def _print_fields(console: Console, found: Difference) -> None:
    for each in found.fields:
        others = f", {each.winners:,} keep their value from another system" if each.winners else ""
        console.print(f"[bold]{each.entity}.{each.field}[/]: {each.cells:,} cells change{others}")
        for example in each.examples:
            today = _side(example.old_value, example.old_source)
            then = _side(example.new_value, example.new_source)
            console.print(f"  [dim]{example.id}[/]  {today} → {then}", soft_wrap=True)


def _side(value: str | None, source: str | None) -> str:
    said = escape(value) if value is not None else "[dim](blank)[/]"
    return f"{said} [dim]{source}[/]" if source else said
