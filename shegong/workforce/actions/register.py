"""Applying the register's list: what differs becomes as the register says, all of it or nothing."""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import IO

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel.problems import Problem
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.workforce.actions.credential import enter_registration
from shegong.workforce.models import Credential, Registration
from shegong.workforce.queries.register import Checked, check_register
from shegong.workforce.rules.register import Compared, Found


@transaction.atomic
def apply_register(file: IO[bytes], *, by: Viewer, at: datetime) -> Checked:
    """Compare once more and make what differs as the register says: the level, and the latest registration. Rows that
    are unknown stay unknown. One journal row.

    Raises Problem (403), at `file` for a list with wrong rows or none that differs (422), or one that would overlap an
    earlier registration (409); then nothing is changed.
    """
    if not by.has(Role.COUNTY, Role.CITY):
        raise Problem("not_the_county", _("由本区(市)县管理人员核对。"), status=403)
    checked = check_register(by, file)
    if checked.count(Found.WRONG):
        raise Problem("rows_wrong", _("有行需要先改正，没有写入任何内容。"), "file")
    differing = checked.of(Found.DIFFERS)
    if not differing:
        raise Problem("nothing_differs", _("没有不一致的行，无需写入。"), "file")
    for each in differing:
        _apply(each, by, at)
    file.seek(0)
    digest = sha256(file.read()).hexdigest()[:16]
    detail = {"changed": len(differing), "unknown": checked.count(Found.UNKNOWN)}
    log("apply_register", "register", digest, by=by.account_id, at=at, hub_id=by.home, detail=detail)
    return checked


def _apply(compared: Compared, by: Viewer, at: datetime) -> None:
    kept, row = compared.kept, compared.row
    assert kept is not None
    members = {each.member for each in compared.differences}
    try:
        with transaction.atomic():
            credential = Credential.objects.select_related("worker").get(pk=kept.credential_id)
            if credential.worker.account_id == by.account_id:
                raise Problem("own_request", _("不能审核自己的申请。"), status=403)
            if "level" in members:
                credential.level = row.level
                credential.save(update_fields=["level"])
            if row.since is None or row.until is None or not members & {"since", "until"}:
                return
            until = row.until + timedelta(days=1)
            # The same beginning (or one kept by mistake for the same time) is put right; a later one is a renewal.
            same = Registration.objects.filter(credential=credential, since__lt=until, until__gt=row.since)
            if "since" in members and kept.until is not None and row.since >= kept.until:
                enter_registration(credential, row.since, until, by=by, at=at, is_renewal=True)
            elif same.exists():
                same.update(since=row.since, until=until)
            else:
                enter_registration(credential, row.since, until, by=by, at=at)
    except IntegrityError as clash:
        raise Problem(
            "registration_overlaps",
            _("第 %(row)s 行与已有的登记或证书冲突，没有写入任何内容。"),
            "file",
            status=409,
            params={"row": row.number_of_row},
        ) from clash
