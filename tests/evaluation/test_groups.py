"""Connected components, and what accepted pairs add to them."""

from evaluation.groups import joined, with_must_links


def _sets(groups):
    return {frozenset(key for key in groups if groups[key] == name) for name in groups.values()}


def test_links_chain_and_records_without_one_stay_alone():
    groups = joined("abcde", [("a", "b"), ("b", "c")])

    assert _sets(groups) == {frozenset("abc"), frozenset("d"), frozenset("e")}


def test_a_link_to_a_record_that_is_not_there_joins_nothing():
    groups = joined("ab", [("a", "gone"), ("gone", "b")])

    assert _sets(groups) == {frozenset("a"), frozenset("b")}


def test_a_must_link_joins_whole_groups_and_leaves_the_others():
    groups = joined("abcdef", [("a", "b"), ("c", "d")])

    assert _sets(with_must_links(groups, [("b", "c")])) == {frozenset("abcd"), frozenset("e"), frozenset("f")}


def test_must_links_chain_too():
    groups = {"a": "1", "b": "2", "c": "3"}

    assert _sets(with_must_links(groups, [("a", "b"), ("b", "c")])) == {frozenset("abc")}
    assert _sets(with_must_links(groups, [])) == {frozenset("a"), frozenset("b"), frozenset("c")}
