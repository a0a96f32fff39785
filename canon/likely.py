"""How probable it is that two records are one person: a Splink model that learns without labels.

It weighs what two records share by how often strangers share it, and learns the weights from the records
(expectation maximisation). Only records that have one of BLOCKS in common are compared, and what too many
have in common is dropped, so that the work grows with the records and not with their square.
"""

import logging
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import duckdb
import pyarrow as pa
from splink import DuckDBAPI, Linker, block_on
from splink.internals.exceptions import SplinkException

from canon.likeness import (
    BLOCKS,
    CERTAIN,
    COLUMNS,
    INITIALS,
    MAY_BE_ONE,
    PRIVATE,
    TRAINED_ON,
    compared,
    model_name,
    model_settings,
)
from canon.warehouse import first

LEAST_RECORDS = 200  # fewer share so little that nothing can be learned from it
LEAST_FILLED = 20  # records that must fill a column before it is compared
LEAST_PAIRS = 20  # pairs that must agree before weights are learned from them
SEED = 20261122
RANDOM_PAIRS = 5e5  # that tell how often strangers agree
TRAINING_PAIRS = 2e6  # of each rule that weights are learned from
MOST_PAIRS = 20_000_000  # that are compared
CROWDS = (100, 50, 20, 10, 5)  # records that may have something in common: the first that keeps to MOST_PAIRS
FOUND_ALREADY = 0.6  # share of the true pairs that CERTAIN finds, roughly; Splink asks for a guess
ROUNDS = (25, 10, 5, 2, 1)  # of training at most, tried in turn
LEAST_AGREE = 1e-3  # share of one person's pairs that agree to some degree, where hardly any was seen
LEAST_CHANCE = 1e-6  # the same of strangers' pairs
AGREE, CHANCE = "m_probability", "u_probability"  # as Splink calls the two

Rule = tuple[str, ...]  # columns that agree
Settings = dict[str, Any]  # of Splink's, or a part of them


@dataclass(frozen=True)
class Likely:
    """Two records that are probably one person: how probably (0 to 1), and what they share, in words."""

    left_key: str
    right_key: str
    probability: float
    because: str


@dataclass(frozen=True)
class Prediction:
    """The best pair of records of each two customers: names that agree first, then the most probable."""

    model: str
    pairs: Sequence[Likely]


class TooLittle(Exception):
    """The records say too little for a model to learn from; the text says what is missing."""


def predict(people: pa.Table, settled: pa.Table, threshold: float) -> Prediction:
    """Learn from the records, and find those of two customers that are probably one person.

    Args:
        people: One row per record: `record_key`, `customer_id` and COLUMNS, in the forms that are compared.
        settled: Pairs of customers that are not asked about, `customer_id` < `other_id`.
        threshold: The least probability, 0 to 1.

    Raises:
        TooLittle: There is not enough to learn from.
    """
    logging.getLogger("splink").setLevel(logging.ERROR)
    if people.num_rows < LEAST_RECORDS:
        raise TooLittle(f"there are {people.num_rows} records, and {LEAST_RECORDS} are needed")
    with duckdb.connect() as con:
        con.register("people", people)
        con.register("settled", settled)
        filled = _filled(con)
        certain, trained_on = _rules(con, CERTAIN, filled, 1), _rules(con, TRAINED_ON, filled, LEAST_PAIRS)
        if not certain or not trained_on or not filled.issuperset(("first_name", "last_name")):
            raise TooLittle("hardly any two records share a name, an address or a number")
        _make_keyed(con)
        settings = model_settings(filled)
        linker = _learned(con, settings, certain, trained_on)
        scored = linker.inference.predict(threshold_match_probability=threshold)
        scored.as_duckdbpyrelation().create_view("scored")
        return Prediction(model_name(settings), list(_best(con, filled)))


def _filled(con: duckdb.DuckDBPyConnection) -> set[str]:
    """The columns that enough records fill."""
    counts = first(con, f"select {', '.join(f'count({name})' for name in COLUMNS)} from people") or ()
    return {name for name, count in zip(COLUMNS, counts, strict=True) if count >= LEAST_FILLED}


def _rules(
    con: duckdb.DuckDBPyConnection, rules: Sequence[Rule], filled: Collection[str], least: int
) -> list[Rule]:
    """The rules on which at least so many pairs of records agree."""
    known = {"customer_id", *filled}
    return [rule for rule in rules if known.issuperset(rule) and _agreeing(con, rule) >= least]


def _agreeing(con: duckdb.DuckDBPyConnection, rule: Rule) -> int:
    whole = " and ".join(f"{name} is not null" for name in rule)
    return _pairs(con, f"select count(*) as size from people where {whole} group by {', '.join(rule)}")


def _pairs(con: duckdb.DuckDBPyConnection, groups: str, most: int = 2**62) -> int:
    """How many pairs there are in groups of at most so many records; `groups` is SQL with a column `size`."""
    found = first(
        con, f"select coalesce(sum(size * (size - 1) // 2), 0) from ({groups}) where size <= {most}"
    )
    return int(found[0]) if found else 0


def _make_keyed(con: duckdb.DuckDBPyConnection) -> None:
    """Make the table `keyed`: records with their blocks, null where too many records have it in common."""
    blocks = ", ".join(f"{sql} as {name}" for name, sql in BLOCKS.items())
    con.execute(f"create temp table blocked as select *, {blocks} from people")
    sizes = " union all ".join(
        f"select count(*) as size from blocked where {name} is not null group by {name}" for name in BLOCKS
    )
    crowd = next((each for each in CROWDS if _pairs(con, sizes, each) <= MOST_PAIRS), CROWDS[-1])
    kept = [
        f"case when count(*) over (partition by {name}) <= {crowd} then {name} end as {name}"
        for name in BLOCKS
    ]
    private = [
        f"case when count(distinct {INITIALS}) over (partition by {sql}) <= {most} then {sql} end as {name}"
        for name, (sql, most) in PRIVATE.items()
    ]
    columns = ", ".join(["record_key", "customer_id", *COLUMNS, *kept, *private])
    con.execute(f"create table keyed as select {columns} from blocked")


def _learned(
    con: duckdb.DuckDBPyConnection, settings: Settings, certain: Sequence[Rule], trained_on: Sequence[Rule]
) -> Linker:
    """The model with the weights that the records teach."""
    people = DuckDBAPI(con).register("keyed")
    basis = _basis(con, Linker(people, settings, log_level=None), certain)
    taught = [_taught(people, basis, rule) for rule in trained_on]
    comparisons = [_weighted(versions) for versions in zip(*taught, strict=True)]
    return Linker(people, {**basis, "comparisons": comparisons}, log_level=None)


def _basis(con: duckdb.DuckDBPyConnection, linker: Linker, certain: Sequence[Rule]) -> Settings:
    """What every training begins with: how many pairs are one person, and how often strangers agree."""
    training = linker.training
    rules: list[Any] = [block_on(*rule) for rule in certain]
    training.estimate_probability_two_random_records_match(rules, recall=FOUND_ALREADY)
    con.execute("set threads to 1")  # else the same seed draws another sample
    training.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS, seed=SEED)
    con.execute("reset threads")
    return _saved(linker)


def _taught(people: Any, basis: Settings, rule: Rule) -> list[Settings]:
    """The comparisons after training on pairs that agree on these columns, each rule with a model of its own.

    Where all such pairs are one person, or one person's records never disagree, a weight shrinks with every
    round until it is no number and Splink gives up: then fewer rounds say the same.
    """
    for rounds in ROUNDS:
        linker = Linker(people, {**basis, "max_iterations": rounds}, log_level=None)
        with suppress(ValueError, SplinkException):
            linker.training.estimate_parameters_using_expectation_maximisation(
                block_on(*rule), max_pairs=TRAINING_PAIRS, record_sample_proportion=1.0
            )
            return list(_saved(linker)["comparisons"])
    return list(basis["comparisons"])


def _saved(linker: Linker) -> Settings:
    """The model as plain data, for another linker to begin with."""
    saved = linker.misc.save_model_to_json()
    return {name: value for name, value in saved.items() if name != "linker_uid"}


def _weighted(comparison: Sequence[Settings]) -> Settings:
    """A comparison with the mean of what the rules taught it; a rule teaches nothing about its columns."""
    versions = [each["comparison_levels"] for each in comparison]
    taught = [levels for levels in versions if any(AGREE in level for level in levels)]
    weighted = [{**level, **_weights(level, same)} for level, *same in zip(versions[0], *taught, strict=True)]
    return {**comparison[0], "comparison_levels": weighted if taught else versions[0]}


def _weights(level: Settings, taught: Sequence[Settings]) -> dict[str, float]:
    """How often one person, and how often strangers, agree to this degree; rarely perhaps, but never not."""
    if level.get("is_null_level"):
        return {}
    agree = fmean(each.get(AGREE, 0.0) for each in taught)
    return {AGREE: max(agree, LEAST_AGREE), CHANCE: max(level.get(CHANCE, 0.0), LEAST_CHANCE)}


def _best(con: duckdb.DuckDBPyConnection, filled: Collection[str]) -> Iterator[Likely]:
    comparisons = compared(filled)
    grades = ", ".join(f"gamma_{each.name}" for each in comparisons)
    for one, other, probability, *found in con.execute(BEST.format(grades=grades)).fetchall():
        said = [each.says(grade) for each, grade in zip(comparisons, found, strict=True)]
        left, right = sorted((one, other))
        yield Likely(left, right, probability, ", ".join(dict.fromkeys(text for text in said if text)))


# Names that agree come first: what a limit cuts off are the doubts. Rounded, for sums of many numbers are not
# the same to the last digit in each run.
BEST = f"""
with pairs as (
    select
        *,
        least(customer_id_l, customer_id_r) as customer_id,
        greatest(customer_id_l, customer_id_r) as other_id,
        gamma_first_name != 0 and gamma_last_name != 0 as agree,
        round(match_weight, 4) as weight
    from scored
    where {MAY_BE_ONE}
)
select record_key_l, record_key_r, round(match_probability, 4), {{grades}}
from pairs anti join settled using (customer_id, other_id)
qualify row_number() over (
    partition by customer_id, other_id order by agree desc, weight desc, record_key_l, record_key_r
) = 1
order by agree desc, weight desc, record_key_l, record_key_r
"""
