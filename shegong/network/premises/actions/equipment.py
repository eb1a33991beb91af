"""The inventory, and what is lent to other stations."""

from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel.problems import Problem, raise_any
from shegong.network.enums import Condition
from shegong.network.models import Equipment, EquipmentLoan, Site, Station
from shegong.network.premises.actions.site import may_keep, put_texts
from shegong.network.premises.rules.site import equipment_problems, loan_problems
from shegong.network.scope import Viewer


@dataclass(frozen=True, slots=True)
class EquipmentDraft:
    """What is said of equipment: its name, how many, in what state, where from, last checked when."""

    name: str
    number: int
    condition: str
    source: str
    checked_on: date


@transaction.atomic
def note_equipment(
    site: Site, draft: EquipmentDraft, *, by: Viewer, today: date, row: Equipment | None = None
) -> Equipment:
    """Put equipment into the inventory, or correct an entry. Raises Problem (403) and Problems at the fields."""
    _allow(by, site)
    row = row or Equipment(site=site)
    is_new = row._state.adding
    problems: list[Problem | None] = [
        *equipment_problems(draft.number, draft.condition, draft.source, draft.checked_on, today),
        *put_texts(row, {"name": 60}, draft),
    ]
    raise_any(problems)
    row.number, row.condition, row.source, row.checked_on = (
        draft.number, draft.condition, draft.source, draft.checked_on,
    )  # fmt: skip
    same = Equipment.objects.filter(site=site, name=row.name, condition=row.condition, source=row.source)
    if same.exclude(pk=row.pk).exists():
        raise Problem("equipment_twice", _("清单里已有同样的设备，请改它的数量。"), "name")
    try:
        with transaction.atomic():
            row.save(force_insert=is_new)
    except IntegrityError as error:
        if "lent_within_number" not in str(error):
            raise
        raise Problem("equipment_lent", _("借出的还没有归还，不能改成这个数量或状态。"), "number") from error
    verb = "add_equipment" if is_new else "change_equipment"
    _log(verb, row, by, {"name": row.name, "number": row.number}, site)
    return row


def free_pieces(equipment: Equipment) -> int:
    """How many can be lent now."""
    if equipment.condition == Condition.BROKEN:
        return 0
    lent = EquipmentLoan.objects.filter(equipment=equipment, returned_on__isnull=True).aggregate(n=Sum("number"))["n"]
    return equipment.number - (lent or 0)


@transaction.atomic
def lend(
    equipment: Equipment, station_id: int, number: int, lent_on: date, due_on: date, *, by: Viewer
) -> EquipmentLoan:
    """Lend equipment to a station of the same county until a day. Never more than there is, whoever lends at the same
    moment. Raises Problem (403) and Problems at the fields.
    """
    # Waits for whoever lends of the same, so that the count is the newest.
    equipment = Equipment.objects.select_for_update(of=("self",)).select_related("site__keeper").get(pk=equipment.pk)
    site = equipment.site
    _allow(by, site)
    problems: list[Problem | None] = [*loan_problems(number, free_pieces(equipment), lent_on, due_on)]
    station = Station.objects.filter(pk=station_id).first()
    if station is None or station.hub_id != site.hub_id:
        problems.append(Problem("station_elsewhere", _("请选择本区（市）县的站点。"), "station"))
    raise_any(problems)
    loan = EquipmentLoan(
        hub_id=site.hub_id, equipment=equipment, station_id=station_id, number=number, lent_on=lent_on, due_on=due_on,
        lent_by_id=by.account_id,
    )  # fmt: skip
    loan.save(force_insert=True)
    _log("lend_equipment", equipment, by, {"to": station_id, "number": number}, site)
    return loan


@transaction.atomic
def give_back(loan: EquipmentLoan, on: date, *, by: Viewer, today: date) -> EquipmentLoan:
    """Lent equipment has come back. Raises Problem (403, 409), and at `returned_on`."""
    loan = (
        EquipmentLoan.objects.select_for_update(of=("self",)).select_related("equipment__site__keeper").get(pk=loan.pk)
    )
    site = loan.equipment.site
    _allow(by, site)
    if loan.returned_on is not None:
        raise Problem("returned_already", _("这笔借用已经归还。"), status=409)
    if not loan.lent_on <= on <= today:
        raise Problem("returned_when", _("归还日期应在借出日期之后、今天之前（含今天）。"), "returned_on")
    loan.returned_on = on
    loan.save(update_fields=["returned_on"])
    _log("return_equipment", loan.equipment, by, {"from": loan.station_id, "number": loan.number}, site)
    return loan


def _allow(by: Viewer, site: Site) -> None:
    if not may_keep(by, site.keeper):
        raise Problem("may_not_keep", _("您不能管理这个站点的场地。"), status=403)


def _log(verb: str, equipment: Equipment, by: Viewer, detail: dict[str, object], site: Site) -> None:
    log(verb, "equipment", equipment.pk, by=by.account_id, hub_id=site.hub_id, station_id=site.keeper_id, detail=detail)
