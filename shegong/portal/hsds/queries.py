"""What the open directory is made of: three small queries, and the stations that the process knows anyway."""

from dataclasses import dataclass

from django.db.models import Q

from shegong.catalogue.enums import ServiceKind
from shegong.catalogue.models import Field, PopulationGroup
from shegong.catalogue.queries import services_on
from shegong.kernel import clock
from shegong.network.enums import Mode
from shegong.network.models import City, Operation
from shegong.portal.hsds.rules import FIELDS, GROUPS, Body, Offered, Spot, Term
from shegong.portal.queries.directory import Place, directory


def offered() -> list[Offered]:
    """The basic services of today, for no restricted group, by code (one query)."""
    found = services_on(clock.today()).filter(kind=ServiceKind.BASIC, group__restricted_class="")
    return [
        Offered(each.pk, each.name_zh, each.name_en, each.description or each.name_zh, each.field_id, each.group_id)
        for each in found
    ]


def terms() -> dict[tuple[int, int], Term]:
    """Fields, and groups that anybody may name, by taxonomy and number (two queries)."""
    found = [Term(FIELDS, each.pk, each.code, each.name_zh, each.name_en) for each in Field.objects.all()]
    groups = PopulationGroup.objects.filter(restricted_class="")
    found += [Term(GROUPS, each.pk, each.code, each.name_zh, each.name_en) for each in groups]
    return {(each.taxonomy, each.id): each for each in found}


@dataclass(frozen=True, slots=True)
class Bodies:
    """The authority with its city, the agencies that run stations, and who runs which."""

    city: str
    authority: Body
    agencies: dict[int, Body]
    runners: dict[int, int]

    def all(self) -> list[Body]:
        """The authority first."""
        return [self.authority, *self.agencies.values()]

    def spot(self, place: Place) -> Spot:
        """A station as a place, with who runs it."""
        return Spot(
            place.id, place.key, place.name, place.address, place.hours, place.phone, place.longitude, place.latitude,
            self.runners.get(place.id, 0),
        )  # fmt: skip


def bodies() -> Bodies:
    """Who answers for what (two queries)."""
    city = City.objects.first()
    name, authority = (city.name, city.authority) if city else ("", "")
    today = clock.today()
    running = Operation.objects.filter(
        Q(until__isnull=True) | Q(until__gt=today), since__lte=today, mode=Mode.AGENCY
    ).values_list("station_id", "organisation_id", "organisation__name", "organisation__credit_code")
    agencies: dict[int, Body] = {}
    runners: dict[int, int] = {}
    for station_id, organisation_id, agency, code in running:
        agencies.setdefault(organisation_id, Body(organisation_id, agency, "运营社工站的社会工作服务机构", code or ""))
        runners[station_id] = organisation_id
    main = Body(0, authority or "社工站主管部门", f"{name}社工站的主管部门")
    return Bodies(name, main, agencies, runners)


def places(text: str = "") -> list[Place]:
    """The open stations, all or those that answer to a text."""
    known = directory()
    return [near.place for near in known.called(text, 500)] if text else list(known.places)
