"""Leading from what cites a clause to the clause: apps below the policy library say what they are about, and the
library tells where the clause is (or nothing, where it doesn't know).
"""

from collections.abc import Callable, Mapping

# (kind, key) -> address of the clause, all at once.
Addresses = Mapping[tuple[str, str], str]
_sources: list[Callable[[], Addresses]] = []
KEPT = "_cited_clauses"


def tell(source: Callable[[], Addresses]) -> None:
    """Name who knows the addresses; once, from the library's AppConfig.ready."""
    if source not in _sources:
        _sources.append(source)


def address_of(kind: str, key: str, holder: object) -> str:
    """Where the clause is that something rests on; empty where that isn't known. `holder` (the request) keeps what was
    looked up, so that a page asks once.
    """
    known: Addresses | None = getattr(holder, KEPT, None)
    if known is None:
        known = {place: url for source in _sources for place, url in source().items()}
        if holder is not None:
            setattr(holder, KEPT, known)
    return known.get((kind, key), "")
