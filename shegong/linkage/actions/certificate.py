"""Certificates of service: issued by number, at the volunteer's own wish, free and at once; withdrawn with a reason."""

import secrets
from collections.abc import Callable
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.kernel.refused import told
from shegong.linkage.enums import CertificateState
from shegong.linkage.models import Certificate, Volunteer
from shegong.linkage.queries.volunteer import may_keep
from shegong.linkage.rules.opportunity import refused
from shegong.linkage.rules.volunteer import said
from shegong.network.scope import Viewer
from shegong.people.enums import Role

# Signs that nobody mistakes for another; ten of them are no use guessing at.
SIGNS: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH: Final = 10


@transaction.atomic
def issue_certificate(
    volunteer: Volunteer, since: date, until: date, *, address: Callable[[str], str], by: Viewer, at: datetime,
    today: date,
) -> Certificate:  # fmt: skip
    """Certify what was confirmed of a volunteer's services in a period (`until` exclusive); how often and how long is
    the database's to add up. `address` makes the public address of a number, for the QR code.

    Raises Problem at since and until; 403.
    """
    if volunteer.account_id != by.account_id and not may_keep(by, volunteer.hub_id, volunteer.station_id):
        raise Problem("not_yours", _("由本人或所在站点开具。"), status=403)
    if until <= since:
        raise Problem("ends_first", _("止期应在起期之后。"), "until")
    number = f"FW{today.year}" + "".join(secrets.choice(SIGNS) for _each in range(LENGTH))
    station = volunteer.station
    made = Certificate(
        id=uuid7(), hub_id=volunteer.hub_id, station=station, number=number, volunteer=volunteer, since=since,
        until=until, services=0, minutes=0, issuer=station.name, contact=station.phone, address=address(number)[:200],
        issued_on=today, issued_at=at, issued_by_id=by.account_id,
    )  # fmt: skip
    with told(refused):
        made.save(force_insert=True)
    made.refresh_from_db(fields=["services", "minutes"])
    _log("issue_certificate", made, by, at, number=number)
    return made


@transaction.atomic
def withdraw_certificate(certificate: Certificate, reason: str, *, by: Viewer, at: datetime) -> Certificate:
    """Take a certificate back, with a reason; whoever checks it learns so. Raises Problem at reason; 403, 409."""
    if not (by.has(Role.HEAD, Role.COUNTY) and by.reaches(certificate.hub_id, certificate.station_id)):
        raise Problem("not_yours", _("由出具站点的站长或区（市）县撤回。"), status=403)
    certificate.state, certificate.withdrawn_why = CertificateState.WITHDRAWN, said(reason, "reason")
    certificate.withdrawn_at, certificate.withdrawn_by_id = at, by.account_id
    with told(refused):
        certificate.save(update_fields=["state", "withdrawn_why", "withdrawn_at", "withdrawn_by"])
    _log("withdraw_certificate", certificate, by, at, number=certificate.number)
    return certificate


def _log(verb: str, certificate: Certificate, by: Viewer, at: datetime, **detail: object) -> None:
    place = {"hub_id": certificate.hub_id, "station_id": certificate.station_id}
    log(verb, "service_certificate", certificate.pk, by=by.account_id, at=at, detail=detail, **place)
