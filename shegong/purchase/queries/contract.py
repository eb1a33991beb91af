"""What contracts say to others."""

from datetime import date, timedelta

from django.db.models import Max

from shegong.purchase.models import Contract
from shegong.workforce.queries.staffing import ServiceEnd


def service_ends(day: date) -> list[ServiceEnd]:
    """For each agency and each station that it serves on a day under a contract: the day after the last contract's end
    (one query).
    """
    served = Contract.objects.filter(until__gte=day).order_by()
    rows = served.values_list("stations", "organisation").annotate(last=Max("until"))
    return [ServiceEnd(station, agency, last + timedelta(days=1)) for station, agency, last in rows if station]
