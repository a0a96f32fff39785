"""`python -m evaluation`: measure who is the same customer, and exit with 1 where a target is missed."""

import argparse
import json
import sys
from collections.abc import Sequence

from rich.console import Console

from evaluation.errors import EvaluationFailed
from evaluation.febrl import SETS
from evaluation.plan import Result, measured
from evaluation.table import as_json, show
from evaluation.variants import VARIANTS

MISSED = 1
WIDTH = 120  # of the table where the output is no terminal


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the evaluation; returns the exit code: 0, or 1 where a target is missed or nothing was measured."""
    options = _options(arguments)
    try:
        results = _results(options.set or list(SETS), options.variant or list(VARIANTS))
    except EvaluationFailed as failure:
        Console(stderr=True).print(str(failure), style="red", markup=False)
        return MISSED
    if options.as_json:
        sys.stdout.write(json.dumps(as_json(results)) + "\n")
    else:
        show(Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH), results)
    return 0 if all(result.is_met for result in results) else MISSED


def _results(sets: Sequence[str], variants: Sequence[str]) -> list[Result]:
    messages = Console(stderr=True, highlight=False)
    results = []
    for name in sets:
        for variant in variants:
            messages.print(f"Syncing {name}, {variant} …", markup=False)
            results.append(measured(name, variant))
    return results


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evaluation", description=__doc__)
    parser.add_argument(
        "--set", action="append", choices=list(SETS), help="a labelled set, may be repeated; default: all"
    )
    parser.add_argument(
        "--variant", action="append", choices=list(VARIANTS), help="may be repeated; default: both"
    )
    parser.add_argument("--as-json", action="store_true", help="print one JSON object instead of tables")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
