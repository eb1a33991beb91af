"""Joint projects: begun, activities linked, finished with their outcome; and the list of what the fund may pay."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem, raise_any
from shegong.kernel.text import clean_text
from shegong.linkage.actions.agreement import in_words
from shegong.linkage.enums import DepartmentAgreementState, ProjectStage
from shegong.linkage.models import Agreement, JointActivity, JointPart, JointProject, PayableService
from shegong.linkage.queries import joint as queries
from shegong.network.scope import Viewer
from shegong.people.enums import Role


@dataclass(frozen=True, slots=True)
class ProjectDraft:
    """A joint project; `parts` are {side of the agreement: what it does}, `until` is the day after the last."""

    station_id: int
    title: str
    aim: str
    since: date
    until: date
    parts: Mapping[str, str]


@transaction.atomic
def begin_project(agreement: Agreement, draft: ProjectDraft, *, by: Viewer, at: datetime) -> JointProject:
    """Begin a joint project under an agreement in force, with at least two sides that do something. Raises Problem or
    Problems at station, title, aim, until and the sides; 403, 409.
    """
    if agreement.state != DepartmentAgreementState.IN_FORCE:
        raise Problem("agreement_over", _("联合项目须依据已签署的协议。"), status=409)
    station = next((each for each in queries.leading_stations(by, agreement) if each.pk == draft.station_id), None)
    if station is None:
        raise Problem("station_out_of_reach", _("请选择协议范围内、由您管理的站点。"), "station")
    title = clean_text(draft.title, 100, "title").strip()
    aim = clean_text(draft.aim, 500, "aim").strip()
    parties = {str(each.pk): each for each in agreement.parties.all()}
    parts = {key: clean_text(text, 300, f"part-{key}").strip() for key, text in draft.parts.items() if key in parties}
    said = [key for key, text in parts.items() if text]
    first = f"part-{next(iter(parties), '')}"
    within = agreement.since <= draft.since < draft.until <= agreement.ends_on
    raise_any([
        None if title else Problem("text_missing", _("请写明。"), "title"),
        None if aim else Problem("text_missing", _("请写明。"), "aim"),
        None if draft.until > draft.since else Problem("until_before_since", _("最后一天不能早于第一天。"), "until"),
        None if within or draft.until <= draft.since
        else Problem("out_of_agreement", _("项目应在协议期限之内。"), "until"),
        None if len(said) > 1 else Problem("one_side", _("至少写明两方的分工。"), first),
    ])  # fmt: skip
    project = JointProject(
        id=uuid7(), agreement=agreement, hub_id=station.hub_id, station=station, title=title, aim=aim,
        since=draft.since, until=draft.until, made_at=at, made_by_id=by.account_id,
    )  # fmt: skip
    project.save(force_insert=True)
    JointPart.objects.bulk_create(JointPart(project=project, party=parties[key], does=parts[key]) for key in said)
    _log("begin_joint_project", project, by, at)
    return project


@transaction.atomic
def link_activity(project: JointProject, activity_id: UUID, *, by: Viewer, at: datetime) -> JointActivity:
    """Say that an activity belongs to the project. Raises Problem at activity; 403, 409."""
    present = _led(project, by)
    found = next((each for each in queries.activities_to_link(by, present) if each.pk == activity_id), None)
    if found is None:
        raise Problem("activity_unknown", _("请选择项目期间、本站的活动。"), "activity")
    linked = JointActivity(
        project=present, activity=found.pk, title=found.title, station_id=found.station_id,
        held_on=timezone.localdate(found.starts_at, timezone.get_default_timezone()),
    )  # fmt: skip
    with in_words():
        linked.save(force_insert=True)
    _log("link_joint_activity", present, by, at, activity=str(found.pk))
    return linked


@transaction.atomic
def unlink_activity(project: JointProject, linked_id: UUID, *, by: Viewer, at: datetime) -> None:
    """Say that it doesn't. Raises Problem 403, 404, 409."""
    present = _led(project, by)
    if not present.activities.filter(pk=linked_id).delete()[0]:
        raise Problem("activity_missing", _("找不到这个活动。"), status=404)
    _log("unlink_joint_activity", present, by, at)


@transaction.atomic
def finish_project(project: JointProject, outcome: str, *, by: Viewer, at: datetime, today: date) -> JointProject:
    """End a project with what came of it. Raises Problem at outcome; 403, 409."""
    present = _led(project, by)
    text = clean_text(outcome, 1000, "outcome").strip()
    raise_any([None if text else Problem("text_missing", _("请写明。"), "outcome")])
    present.stage, present.outcome, present.done_on = ProjectStage.DONE, text, today
    present.save(update_fields=["stage", "outcome", "done_on"])
    _log("finish_joint_project", present, by, at)
    return present


@transaction.atomic
def list_payable(
    code: str, *, is_payable: bool, yearly_limit: Decimal | None, clause: str, note: str, by: Viewer, at: datetime,
    today: date,
) -> PayableService:  # fmt: skip
    """Say whether the community fund may pay a service, up to what a year, by what rule. Raises Problem or Problems at
    yearly_limit, clause and note; 403, 404.
    """
    if not by.has(Role.CITY):
        raise Problem("not_yours", _("由市级维护这份清单。"), status=403)
    if queries.service_on(code, today) is None:
        raise Problem("service_unknown", _("服务目录里没有这项服务。"), status=404)
    words = clean_text(clause, 120, "clause").strip()
    wrong = yearly_limit is not None and yearly_limit <= 0
    raise_any([
        None if words else Problem("clause_missing", _("请写明依据。"), "clause"),
        Problem("limit_positive", _("上限应大于 0；不设上限时请留空。"), "yearly_limit") if wrong else None,
    ])  # fmt: skip
    values = {
        "is_payable": is_payable, "yearly_limit": yearly_limit if is_payable else None, "clause": words,
        "note": clean_text(note, 200, "note").strip(), "changed_at": at, "changed_by_id": by.account_id,
    }  # fmt: skip
    listed, _new = PayableService.objects.update_or_create(code=code, defaults=values)
    log("list_payable_service", "payable_service", code, by=by.account_id, at=at, detail={"payable": is_payable})
    return listed


def _led(project: JointProject, by: Viewer) -> JointProject:
    present = JointProject.objects.select_for_update(of=("self",)).filter(pk=project.pk).first()
    if present is None or not queries.may_lead(by, present):
        raise Problem("not_yours", _("由牵头站点或区（市）县办理。"), status=403)
    if present.stage != ProjectStage.RUNNING:
        raise Problem("project_done", _("项目已经完成。"), status=409)
    return present


def _log(verb: str, project: JointProject, by: Viewer, at: datetime, **detail: object) -> None:
    log(verb, "joint_project", project.pk, by=by.account_id, at=at, hub_id=project.hub_id,
        station_id=project.station_id, detail=detail)  # fmt: skip
