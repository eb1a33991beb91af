"""Standards: copied to the next year, changed as drafts, published."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shegong.appraisal.actions.policy import refuse_others
from shegong.appraisal.models import PolicyDocument, Standard, StandardItem
from shegong.appraisal.queries.policy import clauses_in_force
from shegong.appraisal.rules.standard import item_problems, publication_problems
from shegong.journal.actions import log
from shegong.kernel.problems import Problem, raise_any
from shegong.kernel.text import clean_text
from shegong.network.scope import Viewer


@dataclass(frozen=True, slots=True)
class Frame:
    """A standard's days and limits."""

    opens_on: date
    closes_on: date
    pass_score: int
    review_days: int
    confirm_days: int
    appeal_days: int
    valid_months: int


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """An item as it is to be. `clause` is "document#anchor"."""

    code: str
    dimension: str
    title_zh: str
    title_en: str
    weight: int
    evidence: str
    measure: str
    least: Decimal | None
    is_veto: bool
    clause: str


@transaction.atomic
def copy_standard(source: Standard, year: int, *, by: Viewer, at: datetime) -> Standard:
    """A draft of a tier's standard for a later year, item by item like the source, its days moved by the years between.
    Raises Problem at year (409 when that year has one already); 403.
    """
    refuse_others(by)
    if not source.year < year <= 2100:
        raise Problem("year_order", _("应是 %(year)s 年之后的年度。"), "year", params={"year": source.year})
    if Standard.objects.filter(tier=source.tier, year=year).exists():
        raise Problem("standard_exists", _("这一年已有本层级的标准。"), "year", status=409)
    items = list(source.items.all())
    made = Standard.objects.create(
        tier=source.tier,
        year=year,
        pass_score=source.pass_score,
        opens_on=_moved(source.opens_on, year - source.year),
        closes_on=_moved(source.closes_on, year - source.year),
        review_days=source.review_days,
        confirm_days=source.confirm_days,
        appeal_days=source.appeal_days,
        valid_months=source.valid_months,
    )
    for item in items:
        item.pk, item.standard = None, made
    StandardItem.objects.bulk_create(items)
    _log("copy_standard", made, by, at)
    return made


def _moved(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


@transaction.atomic
def change_frame(standard: Standard, frame: Frame, *, by: Viewer, at: datetime) -> Standard:
    """Change a draft's days and limits. Raises Problem at closes_on; 403, 409."""
    refuse_others(by)
    _refuse_published(standard)
    if frame.closes_on < frame.opens_on:
        raise Problem("closes_early", _("自评截止日应在开始日之后，且不早于今天。"), "closes_on")
    Standard.objects.filter(pk=standard.pk).update(**asdict(frame))
    standard.refresh_from_db()
    _log("change_standard", standard, by, at)
    return standard


@transaction.atomic
def save_item(standard: Standard, draft: ItemDraft, *, by: Viewer, at: datetime) -> StandardItem:
    """Write an item of a draft, a new one under a new code. Raises Problem or Problems at the item's fields; 403,
    409.
    """
    refuse_others(by)
    _refuse_published(standard)
    code, _mark, anchor = draft.clause.partition("#")
    document = PolicyDocument.objects.filter(code=code).first()
    values = {
        "dimension": draft.dimension,
        "title_zh": clean_text(draft.title_zh, 120, "title_zh").strip(),
        "title_en": clean_text(draft.title_en, 200, "title_en").strip(),
        "weight": draft.weight,
        "evidence": draft.evidence,
        "measure": draft.measure,
        "least": draft.least,
        "is_veto": draft.is_veto,
        "anchor": anchor,
    }
    problems = item_problems(StandardItem(code=draft.code, **values), standard.tier)
    if document is None or (code, anchor) not in clauses_in_force(standard.opens_on):
        problems.append(Problem("clause_repealed", _("这个条款在自评开始之日不在施行，请另选。"), "clause"))
    for name in ("title_zh", "title_en"):
        if not values[name]:
            problems.append(Problem("missing", _("不能为空。"), name))
    raise_any(problems)
    last = standard.items.order_by("-position").values_list("position", flat=True).first()
    item, _new = StandardItem.objects.update_or_create(
        standard=standard,
        code=draft.code,
        defaults={**values, "document": document},
        create_defaults={**values, "document": document, "position": (last or 0) + 1},
    )
    _log("save_standard_item", standard, by, at, item=draft.code)
    return item


@transaction.atomic
def drop_item(standard: Standard, code: str, *, by: Viewer, at: datetime) -> None:
    """Take an item out of a draft. Raises Problem (403, 404, 409)."""
    refuse_others(by)
    _refuse_published(standard)
    count, _rows = standard.items.filter(code=code).delete()
    if not count:
        raise Problem("item_unknown", _("没有这个条目。"), status=404)
    _log("drop_standard_item", standard, by, at, item=code)


@transaction.atomic
def publish_standard(standard: Standard, *, by: Viewer, at: datetime, today: date) -> Standard:
    """Put a draft into force; from now on it stays as it is. Raises Problem or Problems: weights that don't add up to
    100, repealed clauses, an empty dimension, days in the past; 403, 409.
    """
    refuse_others(by)
    standard = Standard.objects.select_for_update().get(pk=standard.pk)
    _refuse_published(standard)
    items = list(standard.items.select_related("document"))
    valid = clauses_in_force(standard.opens_on)
    gone = [item.code for item in items if (item.document.code, item.anchor) not in valid]
    raise_any(publication_problems(items, gone, standard.opens_on, standard.closes_on, today))
    standard.published_at, standard.published_by_id = at, by.account_id
    standard.save(update_fields=["published_at", "published_by"])
    _log("publish_standard", standard, by, at)
    return standard


@transaction.atomic
def drop_draft(standard: Standard, *, by: Viewer, at: datetime) -> None:
    """Throw a draft away. Raises Problem (403, 409)."""
    refuse_others(by)
    _refuse_published(standard)
    _log("drop_standard", standard, by, at)
    standard.delete()


def _refuse_published(standard: Standard) -> None:
    if standard.published_at is not None:
        raise Problem("standard_published", _("已发布的标准不能修改；请复制到下一年度。"), status=409)


def _log(verb: str, standard: Standard, by: Viewer, at: datetime, **detail: object) -> None:
    known = {"tier": standard.tier, "year": standard.year, **detail}
    log(verb, "standard", standard.pk, by=by.account_id, at=at, detail=known)
