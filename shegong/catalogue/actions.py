"""Loading the standard catalogue that comes with the product, and revising it."""

import csv
import json
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from importlib.resources import files
from typing import Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.enums import Subject
from shegong.catalogue.models import Field, Instrument, PopulationGroup, ServiceItem
from shegong.catalogue.rules.document import Document
from shegong.catalogue.rules.editing import fingerprint
from shegong.catalogue.rules.faults import faults
from shegong.catalogue.rules.language import code_of
from shegong.catalogue.rules.service import revision_problems
from shegong.catalogue.standard_forms import StandardForm, standard_forms
from shegong.journal.actions import log
from shegong.kernel.problems import Problem, raise_any
from shegong.network.scope import Viewer
from shegong.people.enums import Role

DATA = "data"
INSTRUMENTS = ("needs.json",)
WORDING = ["kind", "name_zh", "name_en", "category", "field", "group", "method", "unit", "clause", "description"]


@transaction.atomic
def load_standard_catalogue(since: date) -> None:
    """Load fields, population groups, services and our forms; what is there is updated, never doubled.

    `since` is the day from which new entries are valid. Only the first versions are ours: a version that the city added
    stays as it is, and a first version that it has ended stays ended.
    """
    for position, row in enumerate(_rows("fields.csv"), start=1):
        Field.objects.update_or_create(code=row.pop("code"), defaults={**row, "position": position})
    for position, row in enumerate(_rows("groups.csv"), start=1):
        PopulationGroup.objects.update_or_create(code=row.pop("code"), defaults={**row, "position": position})
    _load_services(since)
    for name in INSTRUMENTS:
        _load_instrument(name, since)
    for form in standard_forms():
        _load_form(form, since)


def _load_services(since: date) -> None:
    fields, groups = Field.objects.in_bulk(field_name="code"), PopulationGroup.objects.in_bulk(field_name="code")
    known = {item.code: item for item in ServiceItem.objects.filter(version=1)}
    added, changed = [], []
    for row in _rows("services.csv"):
        values = {**row, "field": fields[row["field"]], "group": groups[row["group"]]}
        item = known.get(row["code"])
        if item is None:
            added.append(ServiceItem(**values, version=1, since=since))
        elif item.until is None:
            for name, value in values.items():
                setattr(item, name, value)
            changed.append(item)
    ServiceItem.objects.bulk_create(added)
    if changed:
        columns = [
            "kind",
            "name_zh",
            "name_en",
            "category",
            "field",
            "group",
            "method",
            "unit",
            "clause",
            "description",
        ]
        ServiceItem.objects.bulk_update(changed, columns)


def _load_instrument(name: str, since: date) -> None:
    content = json.loads(_text(name))
    Instrument.objects.update_or_create(
        code=content["code"],
        version=content["version"],
        defaults={key: content[key] for key in ("name_zh", "name_en", "definition")},
        create_defaults={**{key: content[key] for key in ("name_zh", "name_en", "definition")}, "since": since},
    )


def _load_form(form: StandardForm, since: date) -> None:
    title = form.document["title"]
    values = {"name_zh": title["zh"], "name_en": title["en"], "subject": form.subject, "definition": form.document}
    Instrument.objects.update_or_create(
        code=form.code, version=1, defaults=values, create_defaults={**values, "since": since}
    )


def _rows(name: str) -> Iterator[dict[str, str]]:
    yield from csv.DictReader(_text(name).splitlines())


def _text(name: str) -> str:
    return files("shegong.catalogue").joinpath(DATA, name).read_text(encoding="utf-8")


@transaction.atomic
def revise_service(code: str, wording: Mapping[str, str], since: date, *, by: Viewer, today: date) -> ServiceItem:
    """Give a service a new version from `since` on; the one before ends there and stays with its records.

    `wording` has name_zh, name_en, category, method, unit, clause and description. Raises Problem `not_found` (404),
    `may_not_revise` (403), or what `rules.revision_problems` says.
    """
    if not by.has(Role.CITY, Role.ADMIN):
        raise Problem("may_not_revise", _("只有市级管理人员和系统管理员可以修订服务项目。"), status=403)
    current = ServiceItem.objects.select_for_update().filter(code=code).order_by("-version").first()
    if current is None:
        raise Problem("not_found", _("没有这个服务项目。"), status=404)
    changed = any(getattr(current, name) != value for name, value in wording.items())
    raise_any(revision_problems(since=since, current_since=current.since, today=today, changed=changed))
    current.until = since
    current.save(update_fields=["until"])
    item = ServiceItem.objects.create(
        **wording,
        code=code,
        version=current.version + 1,
        first_id=current.first_id or current.id,
        kind=current.kind,
        field_id=current.field_id,
        group_id=current.group_id,
        since=since,
    )
    log("revise_service", "serviceitem", code, by=by.account_id, detail={"version": item.version, "since": str(since)})
    return item


CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,29}")


@transaction.atomic
def keep_draft(
    code: str, document: Document, *, subject: str, by: Viewer, at: datetime, begun_from: str = ""
) -> Instrument:
    """Keep a document as the draft of a form's next version; a draft that waits already is written over.

    `begun_from` is the fingerprint of the version that was changed, where one was. Raises Problem `may_not_keep_forms`
    (403), `code_wrong` or `subject_unknown` at its field, `changed_meanwhile` (409), or Problems for the document's
    faults, each at its path.
    """
    _may_keep_forms(by)
    if not CODE.fullmatch(code):
        raise Problem("code_wrong", _("代码只含字母、数字和 _ - .，最多 30 个字。"), "code")
    if subject not in Subject.values:
        raise Problem("subject_unknown", _("请选择用途。"), "subject")
    raise_any(fault.problem.at(fault.path) for fault in faults(document))
    versions = Instrument.objects.select_for_update().filter(code=code).order_by("-version")
    last = versions.first()
    draft = last if last is not None and last.is_draft else None
    if begun_from and last is not None and fingerprint(last.document) != begun_from:
        raise Problem("changed_meanwhile", _("这份表单刚被别人改过，请重新打开再改。"), status=409)
    if draft is None:
        draft = Instrument(code=code, version=last.version + 1 if last else 1)
    title = document["title"]
    fallback = next(each for each in title.values() if each)
    spoken = {code_of(language): text for language, text in title.items() if text}
    draft.name_zh, draft.name_en = spoken.get("zh", fallback)[:80], spoken.get("en", fallback)[:120]
    draft.subject, draft.definition = subject, dict(document)
    draft.save()
    log("keep_form_draft", "instrument", draft.pk, by=by.account_id, at=at, detail=_told(draft))
    return draft


@transaction.atomic
def publish_instrument(instrument: Instrument, since: date, *, by: Viewer, at: datetime, today: date) -> Instrument:
    """Put a draft into use from a day on; the version before ends there and stays with what was filled in with it.

    Raises Problem `may_not_keep_forms` (403), `not_a_draft` (409), or what is wrong at `since`.
    """
    _may_keep_forms(by)
    draft = Instrument.objects.select_for_update().get(pk=instrument.pk)
    if not draft.is_draft:
        raise Problem("not_a_draft", _("这一版已经启用过。"), status=409)
    if since < today:
        raise Problem("since_past", _("只能从今天或以后启用。"), "since")
    for current in Instrument.objects.select_for_update().filter(code=draft.code, since__isnull=False):
        if current.since is not None and current.since >= since:
            raise Problem("since_before_current", _("启用日期须晚于上一版的启用日期。"), "since")
        if current.until is None or current.until > since:
            current.until = since
            current.save(update_fields=["until"])
    draft.since = since
    draft.save(update_fields=["since"])
    log("publish_form", "instrument", draft.pk, by=by.account_id, at=at, detail={**_told(draft), "since": str(since)})
    return draft


@transaction.atomic
def retire_instrument(instrument: Instrument, until: date, *, by: Viewer, at: datetime, today: date) -> Instrument:
    """Take a form out of use from a day on. What was filled in with it stays.

    Raises Problem `may_not_keep_forms` (403), `not_in_use` (409), or what is wrong at `until`.
    """
    _may_keep_forms(by)
    current = Instrument.objects.select_for_update().get(pk=instrument.pk)
    if current.since is None or (current.until is not None and current.until <= today):
        raise Problem("not_in_use", _("这一版现在没有使用。"), status=409)
    if until < today or until <= current.since:
        raise Problem("until_early", _("停用日期不能早于今天，并须晚于启用日期。"), "until")
    current.until = until
    current.save(update_fields=["until"])
    log(
        "retire_form", "instrument", current.pk, by=by.account_id, at=at, detail={**_told(current), "until": str(until)}
    )
    return current


def _may_keep_forms(by: Viewer) -> None:
    if not by.has(Role.CITY, Role.ADMIN):
        raise Problem("may_not_keep_forms", _("只有市级管理人员和系统管理员可以管理表单。"), status=403)


def _told(instrument: Instrument) -> dict[str, object]:
    return {"code": instrument.code, "version": instrument.version}
