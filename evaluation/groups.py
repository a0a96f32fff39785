"""Records that belong together: connected components, and what further links change in them."""

from collections.abc import Iterable, Mapping

from networkx.utils import UnionFind

Pair = tuple[str, str]  # two record keys
Groups = Mapping[str, str]  # record key to the name of its group; only equality of names means anything


def joined(keys: Iterable[str], links: Iterable[Pair]) -> Groups:
    """The connected components of links between records; a link to an unknown record joins nothing."""
    return with_must_links({key: key for key in keys}, links)


def with_must_links(groups: Groups, pairs: Iterable[Pair]) -> Groups:
    """The groups after further pairs are joined too.

    This is where answers of a steward come in, for instance accepted suggestions: pairs of record keys that
    are one person whatever else was decided.
    """
    names = UnionFind(set(groups.values()))
    for left, right in pairs:
        if left in groups and right in groups:
            names.union(groups[left], groups[right])
    return {key: str(names[group]) for key, group in groups.items()}
