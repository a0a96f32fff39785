"""`canon review`: the steward's queue, and decisions about who is who and which value stands."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from canon.answers import AsJson, answer
from canon.output import print_json, results

if TYPE_CHECKING:
    from canon.questions import Answers
    from canon.settings import Settings
    from canon.steward import Grounds

review = typer.Typer(no_args_is_help=True)

RECORD = "system:record_id, or system:object:record_id as the list shows it."

One = Annotated[str, typer.Argument(metavar="A", help=f"A source record: {RECORD}")]
Other = Annotated[str, typer.Argument(metavar="B", help="Another one.")]
Item = Annotated[
    str, typer.Argument(metavar="ITEM", help="The question: its id, or the first six or more of it.")
]
Reason = Annotated[str, typer.Option("--reason", help="Why, for whoever asks next.")]
OwnReason = Annotated[
    str | None, typer.Option("--reason", help="Why. Default: that this question was answered.")
]
Actor = Annotated[str | None, typer.Option("--actor", help="Who decides. Default: the user of this process.")]


@review.command("list")
def review_list(
    kind: Annotated[
        str | None,
        typer.Option("--kind", help="conflict, identity, split, suggestion or erasure; reject: values."),
    ] = None,
    source: Annotated[
        str | None, typer.Option("--source", help="Values of this system, questions about people it knows.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="The most rows of each list.")] = 50,
    show_values: Annotated[
        bool, typer.Option("--show-values", help="Show rejected values too; they may be personal data.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List what is open: questions, oldest first, and rejected values that are not resolved."""
    from canon.review import read_queue
    from canon.review_page import print_queue
    from canon.settings import Settings

    queue = answer(
        as_json,
        lambda: read_queue(
            Settings.load().published, kind=kind, source=source, limit=limit, show_values=show_values
        ),
    )
    print_json(queue.as_json()) if as_json else print_queue(results, queue, show_values=show_values)


@review.command("accept")
def review_accept(
    item: Item,
    as_record: Annotated[
        str | None, typer.Option("--as", metavar="RECORD", help="Which candidate, where there are several.")
    ] = None,
    reason: OwnReason = None,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Answer with yes: they are one; a split: they stay apart; a value: what stands is right."""
    from canon.questions import accept

    _decide(as_json, lambda settings: accept(settings, item, as_record, actor, reason))


@review.command("reject")
def review_reject(item: Item, reason: OwnReason = None, actor: Actor = None, as_json: AsJson = False) -> None:
    """Answer a question about identity with no: it is none of them; of a split: they are one again."""
    from canon.questions import reject

    _decide(as_json, lambda settings: reject(settings, item, actor, reason))


@review.command("link")
def review_link(one: One, other: Other, reason: Reason, actor: Actor = None, as_json: AsJson = False) -> None:
    """Decide that two source records are one customer, whatever the policy says."""
    from canon.steward import MUST_LINK, decide, grounds_of

    _decide(as_json, lambda settings: decide(settings, MUST_LINK, one, other, grounds_of(actor, reason)))


@review.command("separate")
def review_separate(
    one: One, other: Other, reason: Reason, actor: Actor = None, as_json: AsJson = False
) -> None:
    """Decide that two source records are two customers, whatever links them."""
    from canon.steward import CANNOT_LINK, decide, grounds_of

    _decide(as_json, lambda settings: decide(settings, CANNOT_LINK, one, other, grounds_of(actor, reason)))


@review.command("override")
def review_override(
    what: Annotated[
        str,
        typer.Argument(metavar="WHAT", help="A question about a value; or whose value."),
    ],
    field: Annotated[
        str | None, typer.Argument(metavar="FIELD", help="Which field, where WHAT is no question.")
    ] = None,
    *,
    reason: Reason,
    value: Annotated[str | None, typer.Option("--value", help="What is right.")] = None,
    blank: Annotated[bool, typer.Option("--blank", help="That it is right to have no value.")] = False,
    until: Annotated[
        str | None, typer.Option("--until", help="Date or time, UTC, at which the policy decides again.")
    ] = None,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Decide that a value stands, whatever systems say, until it is withdrawn or expires."""
    from canon.review_values import override_value
    from canon.steward import grounds_of

    _decide(
        as_json,
        lambda settings: override_value(
            settings, what, field, _given(value, blank), until, grounds_of(actor, reason)
        ),
    )


@review.command("withdraw")
def review_withdraw(
    one: Annotated[str, typer.Argument(metavar="A", help=f"A source record: {RECORD} Or whose value.")],
    other: Annotated[str, typer.Argument(metavar="B", help="Another record; or a field.")],
    reason: Reason,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Take the last decision about two source records, or about a value, back: the policy decides again."""
    from canon.review_values import withdraw_value
    from canon.steward import WITHDRAWN, decide, grounds_of

    def work(settings: "Settings") -> "Answers":
        grounds: Grounds = grounds_of(actor, reason)
        if ":" in other:
            return decide(settings, WITHDRAWN, one, other, grounds)
        return withdraw_value(settings, one, other, grounds)

    _decide(as_json, work)


@review.command("suggest")
def review_suggest(
    threshold: Annotated[
        float, typer.Option("--threshold", min=0.5, max=1.0, help="The least probability of a suggestion.")
    ] = 0.9,
    limit: Annotated[
        int, typer.Option("--limit", min=1, help="The most suggestions; names that agree come first.")
    ] = 500,
    as_json: AsJson = False,
) -> None:
    """Let a model say which customers are probably one person, and queue the question; links nothing."""
    from canon.settings import Settings
    from canon.suggest import suggest
    from canon.suggest_page import sentences

    found = answer(as_json, lambda: suggest(Settings.load(), threshold, limit))
    print_json(found.as_json()) if as_json else results.print(sentences(found), markup=False, soft_wrap=True)


def _given(value: str | None, blank: bool) -> str | None:
    """The value that was given, None for a blank."""
    from canon.errors import UsageError

    if (value is None) != blank:
        raise UsageError("Give either --value VALUE or --blank.")
    return value


def _decide(as_json: bool, work: "Callable[[Settings], Answers]") -> None:
    """Do it and say what was decided."""
    from canon.settings import Settings
    from canon.steward_page import sentences

    decided: Answers = answer(as_json, lambda: work(Settings.load()))
    if as_json:
        print_json({"decisions": [each.as_json() for each in decided]})
        return
    results.print(sentences(decided), markup=False, soft_wrap=True)
