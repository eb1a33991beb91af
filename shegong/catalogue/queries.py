"""What the catalogue holds on a day."""

from datetime import date
from itertools import groupby

from django.db.models import Q, QuerySet

from shegong.catalogue.models import Instrument, ServiceItem


def services_on(day: date) -> QuerySet[ServiceItem]:
    """The services valid on this day, each in its version of that day, with field and group, by code."""
    valid = ServiceItem.objects.filter(Q(until__isnull=True) | Q(until__gt=day), since__lte=day)
    return valid.select_related("field", "group").order_by("code")


def instrument_on(code: str, day: date) -> Instrument | None:
    """The newest version of a form that is valid on this day."""
    return instruments_on(day).filter(code=code).order_by("-version").first()


def instruments_on(day: date) -> QuerySet[Instrument]:
    """The forms valid on this day."""
    return Instrument.objects.filter(Q(until__isnull=True) | Q(until__gt=day), since__lte=day)


def service_versions(code: str) -> list[ServiceItem]:
    """All versions of a service, the newest first (one query)."""
    return list(ServiceItem.objects.filter(code=code).select_related("field", "group").order_by("-version"))


def instrument_versions(code: str) -> list[Instrument]:
    """All versions of a form, the newest first (one query)."""
    return list(Instrument.objects.filter(code=code).order_by("-version"))


def instruments_by_code() -> list[list[Instrument]]:
    """All forms, each with its versions, the newest first (one query)."""
    rows = Instrument.objects.order_by("subject", "code", "-version")
    return [list(versions) for _code, versions in groupby(rows, key=lambda row: row.code)]
