"""What the catalogue holds on a day."""

from datetime import date

from django.db.models import Q, QuerySet

from shegong.catalogue.models import Instrument, ServiceItem


def services_on(day: date) -> QuerySet[ServiceItem]:
    """The services valid on this day, each in its version of that day, with field and group, by code."""
    valid = ServiceItem.objects.filter(Q(until__isnull=True) | Q(until__gt=day), since__lte=day)
    return valid.select_related("field", "group").order_by("code")


def instrument_on(code: str, day: date) -> Instrument | None:
    """The newest version of a form that is valid on this day."""
    valid = Instrument.objects.filter(Q(until__isnull=True) | Q(until__gt=day), code=code, since__lte=day)
    return valid.order_by("-version").first()
