"""What a steward decided, in a sentence or two."""

from collections.abc import Sequence

from canon.steward import CANNOT_LINK, MUST_LINK, WITHDRAWN, Decided, Decision

SAYS = {
    MUST_LINK: "{} and {} are one customer",
    CANNOT_LINK: "{} and {} are kept apart",
    WITHDRAWN: "{} and {} are again what the policy makes of them",
}

IN_SHORT = {MUST_LINK: "one customer", CANNOT_LINK: "kept apart"}


def sentences(decided: Sequence[Decided]) -> str:
    """Each decision with the one that it replaces, and when they take effect."""
    lines = [_sentence(each) for each in decided]
    return "\n".join([*lines, f"The next canon sync or canon build applies {_them(len(lines))}."])


def _sentence(decided: Decided) -> str:
    new = decided.decision
    said = SAYS[new.kind].format(new.left_key, new.right_key)
    if decided.replaces is None:
        return f"{said}, says {new.actor}."
    verb = "Taken back" if new.kind == WITHDRAWN else "That replaces"
    return f"{said}, says {new.actor}. {verb}: {_earlier(decided.replaces)}."


def _earlier(decision: Decision) -> str:
    short = IN_SHORT.get(decision.kind, decision.kind)
    return f"{short}, said {decision.actor} on {decision.decided_at:%Y-%m-%d %H:%M} UTC"


def _them(number: int) -> str:
    return "it" if number == 1 else "them"
