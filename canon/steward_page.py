"""What a steward decided, in a sentence or two."""

from collections.abc import Sequence

from canon.held import KEPT, REFUSED, RELEASED, ErasureAnswer
from canon.steward import CANNOT_LINK, MUST_LINK, WITHDRAWN, Decided, Decision
from canon.values import ACCEPTED, OVERRIDE, ValueDecision

SAYS = {
    MUST_LINK: "{} and {} are one customer",
    CANNOT_LINK: "{} and {} are kept apart",
    WITHDRAWN: "{} and {} are again what the policy makes of them",
}

IN_SHORT = {MUST_LINK: "one customer", CANNOT_LINK: "kept apart"}


VALUE_SAYS = {
    OVERRIDE: "is what {} decided",
    ACCEPTED: "is what the policy makes of it, {} accepts, until a system says something else",
    WITHDRAWN: "is again what the policy makes of it, says {}",
}


ERASURE_SAYS = {
    REFUSED: "That record is the erased person's: it never lands.",
    RELEASED: "{} is somebody else's: the next canon sync --mode sweep loads it.",
    KEPT: "{} stays, although another system has erased the person.",
}


def sentences(decided: Sequence[Decided] | Sequence[ValueDecision] | Sequence[ErasureAnswer]) -> str:
    """Each decision with the one that it replaces, and when they take effect."""
    lines = [_line(each) for each in decided]
    return "\n".join([*lines, f"The next canon sync or canon build applies {_them(len(lines))}."])


def _line(decision: Decided | ValueDecision | ErasureAnswer) -> str:
    if isinstance(decision, ErasureAnswer):
        return ERASURE_SAYS[decision.answer].format(decision.record_key)
    return _sentence(decision) if isinstance(decision, Decided) else _of_value(decision)


def _sentence(decided: Decided) -> str:
    new = decided.decision
    said = SAYS[new.kind].format(new.left_key, new.right_key)
    if decided.replaces is None:
        return f"{said}, says {new.actor}."
    verb = "Taken back" if new.kind == WITHDRAWN else "That replaces"
    return f"{said}, says {new.actor}. {verb}: {_earlier(decided.replaces)}."


def _of_value(decision: ValueDecision) -> str:
    """What was decided about a field, without the value: it may be personal data."""
    until = f" until {decision.expires_at:%Y-%m-%d %H:%M} UTC" if decision.expires_at else ""
    return f"{decision.field} {VALUE_SAYS[decision.kind].format(decision.actor)}{until}."


def _earlier(decision: Decision) -> str:
    short = IN_SHORT.get(decision.kind, decision.kind)
    return f"{short}, said {decision.actor} on {decision.decided_at:%Y-%m-%d %H:%M} UTC"


def _them(number: int) -> str:
    return "it" if number == 1 else "them"
