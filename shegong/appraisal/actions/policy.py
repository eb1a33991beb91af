"""Policies: a new document, a new version as a draft, its clauses, into force, out of force."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shegong.appraisal.models import Clause, PolicyDocument, PolicyVersion
from shegong.appraisal.rules.policy import clause_problems, version_problem
from shegong.appraisal.rules.search import terms_of
from shegong.journal.actions import log
from shegong.kernel.problems import Problem, raise_any
from shegong.kernel.text import clean_text
from shegong.network.models import City
from shegong.network.scope import Viewer
from shegong.people.enums import Role


@dataclass(frozen=True, slots=True)
class Wording:
    """What a clause says, and what of it we measure (a measure, a tier, and at least how much; or nothing)."""

    anchor: str
    heading: str
    text: str
    measure: str = ""
    tier: str = ""
    least: Decimal | None = None


def may_write(by: Viewer) -> bool:
    """Policies and standards are the city's."""
    return by.has(Role.CITY)


def refuse_others(by: Viewer) -> None:
    """Raises Problem (403) for whoever isn't of the city."""
    if not may_write(by):
        raise Problem("not_the_city", _("政策和标准由市级维护。"), status=403)


@transaction.atomic
def add_document(
    code: str, kind: str, title: str, source: str, since: date, *, issuer: str = "", by: Viewer, at: datetime
) -> PolicyDocument:
    """A new document with an empty draft; without an issuer the competent authority issues it. Raises Problem at code,
    title, source; 403.
    """
    refuse_others(by)
    words = {"title": clean_text(title, 120, "title").strip(), "source": clean_text(source, 200, "source").strip()}
    raise_any(Problem("missing", _("不能为空。"), name) for name, value in words.items() if not value)
    if PolicyDocument.objects.filter(code=code).exists():
        raise Problem("code_taken", _("这个代码已有文件使用。"), "code")
    who = clean_text(issuer, 100, "issuer").strip() or City.objects.values_list("authority", flat=True).get()
    document = PolicyDocument.objects.create(code=code, kind=kind, issuer=who, **words)
    PolicyVersion.objects.create(document=document, number=1, since=since)
    log("add_policy", "policy", code, by=by.account_id, at=at)
    return document


@transaction.atomic
def draft_version(document: PolicyDocument, since: date, note: str, *, by: Viewer, at: datetime) -> PolicyVersion:
    """A draft of the next version, with the clauses of the latest; the draft that there is already, with its day and
    note changed. Raises Problem at since; 403.
    """
    refuse_others(by)
    PolicyDocument.objects.select_for_update().get(pk=document.pk)
    latest = document.versions.filter(published_at__isnull=False).order_by("-number").first()
    raise_any([version_problem(since, latest.since if latest else None)])
    draft = document.versions.filter(published_at__isnull=True).first()
    text = clean_text(note, 300, "note").strip()
    if draft is not None:
        draft.since, draft.note = since, text
        draft.save(update_fields=["since", "note"])
    else:
        number = latest.number + 1 if latest else 1
        draft = PolicyVersion.objects.create(document=document, number=number, since=since, note=text)
        if latest:
            clauses = list(latest.clauses.all())
            for clause in clauses:
                clause.pk, clause.version = None, draft
            Clause.objects.bulk_create(clauses)
    log("draft_policy", "policy", document.code, by=by.account_id, at=at, detail={"version": draft.number})
    return draft


@transaction.atomic
def save_clause(draft: PolicyVersion, wording: Wording, *, by: Viewer, at: datetime) -> Clause:
    """Write a clause of a draft, a new one under a new anchor. Raises Problem or Problems at the clause's fields; 403,
    409 for a version in force.
    """
    refuse_others(by)
    _refuse_published(draft)
    raise_any(clause_problems(wording.anchor, wording.measure, wording.tier, wording.least))
    heading, text = clean_text(wording.heading, 80, "heading").strip(), clean_text(wording.text, 4000, "text").strip()
    raise_any(
        Problem("missing", _("不能为空。"), name) for name, value in (("heading", heading), ("text", text)) if not value
    )
    last = draft.clauses.order_by("-position").values_list("position", flat=True).first()
    values = {
        "heading": heading,
        "text": text,
        "measure": wording.measure,
        "tier": wording.tier,
        "least": wording.least,
        "terms": terms_of(f"{draft.document.title} {heading} {text}"),
    }
    clause, _new = Clause.objects.update_or_create(
        version=draft, anchor=wording.anchor, defaults=values, create_defaults=values | {"position": (last or 0) + 1}
    )
    _log_clause("save_clause", draft, wording.anchor, by, at)
    return clause


@transaction.atomic
def drop_clause(draft: PolicyVersion, anchor: str, *, by: Viewer, at: datetime) -> None:
    """Leave a clause out of a draft: with the draft in force it is repealed. Raises Problem (403, 404, 409)."""
    refuse_others(by)
    _refuse_published(draft)
    count, _rows = draft.clauses.filter(anchor=anchor).delete()
    if not count:
        raise Problem("clause_unknown", _("没有这个条款。"), status=404)
    _log_clause("drop_clause", draft, anchor, by, at)


@transaction.atomic
def publish_version(draft: PolicyVersion, *, by: Viewer, at: datetime) -> PolicyVersion:
    """Put a draft into force from its day; the version before ends then. Raises Problem (409 when there is nothing in
    it, or it was published meanwhile).
    """
    refuse_others(by)
    PolicyDocument.objects.select_for_update().get(pk=draft.document_id)
    draft.refresh_from_db()
    _refuse_published(draft)
    if not draft.clauses.exists():
        raise Problem("version_empty", _("还没有一条条款，不能发布。"), status=409)
    before = draft.document.versions.filter(published_at__isnull=False, until__isnull=True).first()
    if before is not None:
        raise_any([version_problem(draft.since, before.since)])
        before.until = draft.since
        before.save(update_fields=["until"])
    draft.published_at, draft.published_by_id = at, by.account_id
    draft.save(update_fields=["published_at", "published_by"])
    log("publish_policy", "policy", draft.document.code, by=by.account_id, at=at, detail={"version": draft.number})
    return draft


def _refuse_published(draft: PolicyVersion) -> None:
    if draft.published_at is not None:
        raise Problem("version_published", _("已发布的版本不能修改，请另建新版本。"), status=409)


def _log_clause(verb: str, draft: PolicyVersion, anchor: str, by: Viewer, at: datetime) -> None:
    detail = {"version": draft.number, "anchor": anchor}
    log(verb, "policy", draft.document.code, by=by.account_id, at=at, detail=detail)
