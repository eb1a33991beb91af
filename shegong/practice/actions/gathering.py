"""What writing groups and activities has in common: texts made fit, what a plan names, money, who may decide."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.enums import Method
from shegong.catalogue.models import PopulationGroup, ServiceItem
from shegong.kernel.problems import Problem, key_taken, raise_any
from shegong.kernel.text import clean_text
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.practice.models import Activity, BudgetLine, SocialGroup
from shegong.practice.queries.gathering import content_of
from shegong.practice.rules.groupwork import MOST_MONEY, BudgetDraft, satisfaction_problem
from shegong.purchase.models import Contract
from shegong.workforce.models import Posting

APPROVERS = (Role.HEAD, Role.COUNTY)
Plan = TypeVar("Plan", SocialGroup, Activity)


@dataclass(frozen=True, slots=True)
class Named:
    """The rows that a plan names."""

    station: Station
    service: ServiceItem
    group_id: int


def sent_before(kind: type[Plan], key: UUID, digest: bytes, by: Viewer) -> Plan | None:
    """What the viewer sent under this key before; None for a new key.

    Raises Problem `key_taken` (409) for a key of somebody else's, or of another content.
    """
    known = kind.objects.filter(pk=key).first()
    if known is None or (bytes(known.digest) == digest and known.proposed_by_id == by.account_id):
        return known
    raise key_taken()


def fit(value: str, field: str, limit: int, *, required: bool = False) -> str:
    """A text as it is kept. Raises Problem at the field."""
    try:
        text = clean_text(value.strip(), limit)
    except Problem as problem:
        raise problem.at(field) from None
    if required and not text:
        raise Problem("text_missing", _("请填写这一项。"), field)
    return text


def fit_all(texts: Iterable[tuple[str, str, int, bool]]) -> dict[str, Any]:
    """{field: text} of (field, text, limit, required). Raises Problem or Problems, all at once."""
    found: dict[str, Any] = {}
    wrong: list[Problem] = []
    for field, value, limit, required in texts:
        try:
            found[field] = fit(value, field, limit, required=required)
        except Problem as problem:
            wrong.append(problem)
    raise_any(wrong)
    return found


def named(
    station_id: int,
    service_id: int,
    group_id: int | None,
    contract_id: int | None,
    helper_ids: Sequence[int],
    *,
    method: Method,
    day: date,
    by: Viewer,
) -> Named:
    """What a plan names (at most five queries). Raises Problem or Problems at the fields, 403 out of reach."""
    station = Station.objects.filter(pk=station_id).first()
    if station is None or not by.has(Role.WORKER, Role.HEAD) or not by.reaches(station.hub_id, station.pk):
        raise Problem("station_out_of_scope", _("站点不存在，或不在您的范围内。"), "station_id", status=403)
    service = ServiceItem.objects.filter(pk=service_id, method=method).first()
    wrong: list[Problem] = []
    if service is None:
        wrong.append(Problem("service_unknown", _("没有这个服务项目。"), "service_id"))
    if group_id is not None and not PopulationGroup.objects.filter(pk=group_id).exists():
        wrong.append(Problem("group_unknown", _("没有这个服务人群。"), "group_id"))
    if contract_id is not None and not Contract.objects.filter(pk=contract_id, stations=station).exists():
        wrong.append(Problem("contract_unknown", _("没有这个合同。"), "contract_id"))
    if helper_ids and set(helper_ids) - _posted(station, helper_ids, day):
        wrong.append(Problem("worker_posted_elsewhere", _("工作人员那一天没有派驻在这个站点。"), "helper_ids"))
    raise_any(wrong)
    assert service is not None
    return Named(station, service, group_id or service.group_id)


def _posted(station: Station, worker_ids: Sequence[int], day: date) -> set[int]:
    above = {station.pk, station.town_id or station.pk, station.hub_id}
    open_end = Q(until__isnull=True) | Q(until__gt=day)
    found = Posting.objects.filter(open_end, worker_id__in=worker_ids, station_id__in=above, since__lte=day)
    return set(found.values_list("worker_id", flat=True))


def write_budget(of: SocialGroup | Activity, budget: Sequence[BudgetDraft]) -> None:
    """Replace the lines of a budget (two statements)."""
    key = "social_group" if isinstance(of, SocialGroup) else "activity"
    BudgetLine.objects.filter(**{f"{key}_id": of.pk, "hub_id": of.hub_id}).delete()
    BudgetLine.objects.bulk_create(
        [
            BudgetLine(
                hub_id=of.hub_id,
                station_id=of.station_id,
                position=number,
                item=fit(line.item, "budget", 60, required=True),
                amount=line.amount,
                **{key: of},
            )
            for number, line in enumerate(budget)
        ]
    )


def write_spending(of: SocialGroup | Activity, spent: Sequence[Decimal | None]) -> None:
    """What each line of a budget cost in the end, in the lines' order. Raises Problem at `spent`."""
    key = "social_group_id" if isinstance(of, SocialGroup) else "activity_id"
    lines = list(BudgetLine.objects.filter(**{key: of.pk, "hub_id": of.hub_id}).order_by("position"))
    if any(amount is not None and not 0 <= amount <= MOST_MONEY for amount in spent) or len(spent) > len(lines):
        raise Problem("budget_amount", _("预算金额须在 0 到 9999999.99 元之间。"), "spent")
    for line, amount in zip(lines, spent, strict=False):
        line.spent = amount
    BudgetLine.objects.bulk_update(lines, ["spent"])


def typed_satisfaction(of: SocialGroup | Activity, typed: Decimal | None) -> Decimal | None:
    """What a worker puts down of people's satisfaction, where nobody has evaluated (one query, none for nothing).

    Raises Problem at `satisfaction`.
    """
    problem = satisfaction_problem(typed)
    if problem is not None:
        raise problem
    known = content_of(of) if typed is not None else None
    if known is not None and known.number:
        raise Problem(
            "satisfaction_evaluated",
            _("已有 %(count)s 份评价，满意度由评价算出，不用填写。"),
            "satisfaction",
            params={"count": known.number},
        )
    return typed


def may_decide(by: Viewer, hub_id: int, station_id: int) -> None:
    """Raises Problem (403) for who isn't head or county officer there."""
    if not (by.has(*APPROVERS) and by.reaches(hub_id, station_id)):
        raise Problem("may_not_decide", _("只有站长或区（市）县管理人员可以审批。"), status=403)
