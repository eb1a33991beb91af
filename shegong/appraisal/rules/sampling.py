"""Samples that anybody can draw again: by a seed that was known before (docs/adr/0021-samples-by-a-published-seed.md).
The database draws by the same rule (`appraisal_sample_units`); this is the rule in a form that can be run by whoever
wants to check it, with nothing but the seed and the public numbers of stations or contracts. Pure.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from hashlib import sha256


def marker(seed: str, code: str) -> bytes:
    """By what a station (its number) or contract (its number) is ordered: SHA-256 of "seed:code" in UTF-8."""
    return sha256(f"{seed}:{code}".encode()).digest()


def taken(total: int, share: int) -> int:
    """How many of a stratum are drawn: the share in percent, rounded up."""
    return -(-total * share // 100)


def drawn(seed: str, strata: Mapping[str, Iterable[str]], share: int) -> dict[str, list[str]]:
    """{stratum: codes drawn, in the order of drawing} of {stratum: all its codes}."""
    found: dict[str, list[str]] = defaultdict(list)
    for stratum, codes in strata.items():
        ordered = sorted(codes, key=lambda code: marker(seed, code))
        found[stratum] = ordered[: taken(len(ordered), share)]
    return dict(found)
