"""The terms under which people are referred: agreements are kept above, which tell here what they say of a receiver."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Terms:
    """What an agreement says: within how many working days an answer comes, and a result."""

    agreement: UUID
    title: str
    accept_days: int
    result_days: int


# (station, organisation, population group, day) -> the terms, if an agreement leads there.
Source = Callable[[int, int, int | None, date], Terms | None]
_sources: list[Source] = []
_addresses: list[Callable[[UUID], str]] = []


def tell(source: Source, address: Callable[[UUID], str]) -> None:
    """Name who knows the terms and the page of an agreement; once, from that app's AppConfig.ready."""
    if source not in _sources:
        _sources.append(source)
        _addresses.append(address)


def terms_for(station_id: int, organisation_id: int, group_id: int | None, day: date) -> Terms | None:
    """The terms on which a station refers somebody to an organisation on a day, if it was agreed."""
    found = (source(station_id, organisation_id, group_id, day) for source in _sources)
    return next((terms for terms in found if terms is not None), None)


def address_of(agreement: UUID | None) -> str:
    """Where an agreement can be read; empty without one."""
    return next((address(agreement) for address in _addresses), "") if agreement else ""
