"""What was suggested, in a sentence or two."""

from canon.suggest import SKIPPED, Suggested


def sentences(found: Suggested) -> str:
    """How many pairs of customers are probably one person, and what to do about them."""
    if found.status == SKIPPED:
        return f"There is too little to learn from: {found.reason}. Nothing was suggested."
    compared = f"{found.records:,} records were compared by model {found.model}."
    if not found.suggestions:
        return (
            f"{compared} No two customers are one person with a probability of {_percent(found.threshold)}."
        )
    pairs = f"{found.found:,} {'pair' if found.found == 1 else 'pairs'} of customers"
    lines = [
        f"{compared} {pairs} may be one person, with a probability of {_percent(found.threshold)} or more."
    ]
    if len(found.suggestions) < found.found:
        lines.append(f"The best {len(found.suggestions):,} are suggested; --limit changes how many.")
    lines.append("The next canon sync or canon build asks about them: canon review list --kind suggestion.")
    return "\n".join(lines)


def _percent(share: float) -> str:
    return f"{100 * share:g} %"
