"""Signing contracts that a workbook lists: all of them or none."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem, Problems
from shegong.network.models import Organisation, Station
from shegong.network.scope import Viewer
from shegong.purchase.actions.contract import ContractDraft, sign
from shegong.purchase.enums import Pays
from shegong.purchase.models import Contract, Fund
from shegong.purchase.papers.contract_book import MOST_TOLD, Row, in_row


@transaction.atomic
def sign_all(rows: Sequence[Row], *, by: Viewer, at: datetime) -> list[Contract]:
    """Sign each contract with its money. Raises Problems at `file`, each with its row, and then none is signed."""
    named = Organisation.objects.filter(credit_code__in={row.agency for row in rows})
    agencies = {code: pk for code, pk in named.values_list("credit_code", "id") if code}
    funds = {fund.code: fund for fund in Fund.objects.prefetch_related("rules")}
    keys = {key for row in rows for key in (*row.stations, row.buyer)}
    stations = dict(Station.objects.filter(key__in=keys).values_list("key", "id"))
    wrong: list[Problem] = []
    signed: list[Contract] = []
    for row in rows:
        try:
            draft = _draft(row, agencies.get(row.agency), funds.get(row.fund), stations)
            with transaction.atomic():
                signed.append(sign(draft, by=by, at=at))
        except Problem as problem:
            wrong.append(in_row(row.place, problem))
    if wrong:
        raise Problems(wrong[:MOST_TOLD])
    return signed


def _draft(row: Row, agency_id: int | None, fund: Fund | None, stations: dict[str, int]) -> ContractDraft:
    if agency_id is None:
        raise Problem("agency_unknown", _("没有这个信用代码的机构。"))
    if fund is None:
        raise Problem("fund_unknown", _("没有这项资金。"))
    unknown = [key for key in (row.buyer, *row.stations) if key not in stations]
    if unknown:
        raise Problem("station_unknown", _("没有编号为 %(keys)s 的站点。"), params={"keys": "、".join(unknown)})
    permits = list(fund.rules.all())
    only_rooms = {rule.pays for rule in permits} == {Pays.ROOM_SERVICES}
    services = tuple(code for rule in permits for code in rule.service_codes) if only_rooms else ()
    return ContractDraft(
        title=row.title, organisation_id=agency_id, fund_id=fund.pk, hub_id=stations[row.buyer],
        station_ids=tuple(stations[key] for key in row.stations), amount=row.amount, since=row.since, until=row.until,
        number=row.number, pays=Pays.ROOM_SERVICES if only_rooms else Pays.OPERATION, services=services,
        long_term_reason=row.long_term_reason,
    )  # fmt: skip
