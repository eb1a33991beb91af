"""Writing client files: register, change, consents, contacts, household, and the door of restricted files."""

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Final, Unpack, cast
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.models import PopulationGroup
from shegong.journal.actions import log
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.names import search_tokens, sort_key, sounds_alike_key
from shegong.kernel.problems import Problem, key_taken
from shegong.network.models import Division, Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.practice.enums import ClientState
from shegong.practice.models import (
    Client,
    ClientGroup,
    ClientToken,
    Consent,
    Contact,
    Disability,
    Household,
    LowIncome,
    RestrictedLook,
)
from shegong.practice.models.client import identity_index, phone_index, registration_digest
from shegong.practice.queries.client import identity_holders, restricted_file
from shegong.practice.rules import client as rules
from shegong.practice.rules.client import ConsentFact, ContactFact, DisabilityFact, Facts, LowIncomeFact

KEY_LENGTH: Final = 160
# Facts that are columns of the file itself, and what each is when nothing is known.
COLUMNS: Final = {
    "name": "",
    "sex": "0",
    "born_on": None,
    "identity": "",
    "phone": "",
    "address": "",
    "ethnicity": "",
    "household_relation": "",
}
SECRETS: Final = ("identity", "phone", "address")


@transaction.atomic
def register_client(
    *,
    by: Viewer,
    station: Station,
    at: datetime,
    key: UUID | None = None,
    contacts: Iterable[ContactFact] = (),
    consents: Iterable[ConsentFact] = (),
    household: Client | None = None,
    **facts: Unpack[Facts],
) -> Client:
    """Open a file at a station; sent again under the same key with the same content, it is the same file.

    `household` is a client who lives with this one. Somebody of a restricted class gets a restricted file, which stays
    open to who registered it for a working day. Raises Problem or Problems: `identity_taken` (409) when the number is
    on file in the county, `key_taken` (409) for a key used for something else.
    """
    may_keep_files(by, station.hub_id, station.pk)
    digest = _digest_of(station, facts, contacts, consents, household)
    if key is not None and (known := Client.objects.filter(pk=key, hub_id=station.hub_id).first()):
        return _same_or_conflict(known, digest)
    today = clock.today()
    checked = rules.checked_facts(_with_name(facts), today)
    contacts = [rules.checked_contact(each) for each in contacts]
    consents = [rules.checked_consent(each, today) for each in consents]
    groups = _groups_of(checked.get("groups", ()))
    refuse_taken_identity(station.hub_id, checked.get("identity", ""))
    client = Client(
        id=key or uuid7(),
        hub_id=station.hub_id,
        station=station,
        number=_next_number(station.hub_id, today.year),
        restricted_classes=rules.restricted_classes(group.restricted_class for group in groups),
        registered_at=at,
        registered_by_id=by.account_id,
        digest=digest,
    )
    _set_columns(client, checked)
    _insert(client)
    if client.restricted_classes:
        look_for_a_day(client, by, str(_("登记建档")), at)
    _write_tokens(client)
    _keep_groups(client, groups, today)
    _keep_disabilities(client, checked.get("disabilities", []), today)
    _keep_low_incomes(client, checked.get("low_incomes", []), today)
    Contact.objects.bulk_create([Contact(**_place(client), client=client, **each) for each in contacts])
    Consent.objects.bulk_create(
        [Consent(**_place(client), client=client, recorded_by_id=by.account_id, **each) for each in consents]
    )
    if household is not None:
        _live_together(client, household, checked.get("household_relation", ""))
    _log("register_client", client, by, at)
    return client


def may_keep_files(by: Viewer, hub_id: int, station_id: int) -> None:
    """Raises Problem (403) unless the viewer is a worker or head with this station in reach."""
    if not (by.has(Role.WORKER, Role.HEAD) and by.reaches(hub_id, station_id)):
        raise Problem("station_out_of_reach", _("您不能在这个站点建立或更改档案。"), "station", status=403)


def _digest_of(station: Station, *content: object) -> bytes:
    """The same for the same content, whatever the order of its parts."""
    text = json.dumps([station.pk, *content], sort_keys=True, ensure_ascii=False, default=str)
    return registration_digest(text)


def _same_or_conflict(known: Client, digest: bytes) -> Client:
    if known.digest is not None and bytes(known.digest) == digest:
        return known
    raise key_taken()


def _with_name(facts: Facts) -> Facts:
    """A file needs a name; everything else may be missing."""
    return cast(Facts, {"name": "", **facts})


def _groups_of(ids: Iterable[int]) -> list[PopulationGroup]:
    wanted = set(ids)
    groups = list(PopulationGroup.objects.filter(pk__in=wanted)) if wanted else []
    if len(groups) != len(wanted):
        raise Problem("group_unknown", _("请从列表中选择人群。"), "groups")
    return groups


def refuse_taken_identity(hub_id: int, identity: str, but: UUID | None = None) -> None:
    """Raises Problem `identity_taken` (409) with the station and number of the file that has this identity number."""
    for client_id, number, station_name in identity_holders(hub_id, identity):
        if client_id != but:
            raise Problem(
                "identity_taken",
                _("此证件号码已在%(station)s建档，档案编号 %(number)s。"),
                "identity",
                status=409,
                params={"station": station_name, "number": number},
            )


def _next_number(hub_id: int, year: int) -> str:
    hub_key = Station.objects.values_list("key", flat=True).get(pk=hub_id)
    prefix = rules.number_prefix(hub_key, year)
    serial = next_serial(hub_id, "client", year, prefix, rules.SERIAL_DIGITS)
    return rules.file_number(hub_key, year, serial)


def next_serial(hub_id: int, kind: str, year: int, prefix: str, digits: int) -> int:
    """The next serial number of a hub and year; others who ask at the same time wait. `kind` is client or case."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT practice_next_number(%s, %s, %s, %s, %s)", [hub_id, kind, year, prefix, digits])
        serial: int = cursor.fetchone()[0]
    return serial


def _set_columns(client: Client, facts: Facts) -> list[str]:
    """Take over the facts that are columns; returns the names of those that changed."""
    changed = []
    given = cast(dict[str, Any], facts)
    for column, unknown in COLUMNS.items():
        value = given.get(column, getattr(client, column))
        value = unknown if value is None else value
        if getattr(client, column) != value:
            setattr(client, column, value)
            changed.append(column)
    if "community" in facts and client.community_id != facts["community"]:
        if facts["community"] is not None and not Division.objects.filter(pk=facts["community"]).exists():
            raise Problem("community_unknown", _("请从列表中选择村(社区)。"), "community")
        client.community_id = facts["community"]
        changed.append("community")
    client.sort_key = client.sort_key if "name" not in changed else sort_key(client.name)[:KEY_LENGTH]
    client.sounds_key = client.sounds_key if "name" not in changed else sounds_alike_key(client.name)[:KEY_LENGTH]
    client.identity_index = identity_index(client.identity)
    client.phone_index = phone_index(client.phone)
    return changed


def _insert(client: Client) -> None:
    """Two who register the same person or key at the same moment: the second is told so."""
    try:
        with transaction.atomic():
            client.save(force_insert=True)
    except IntegrityError as clash:
        refuse_taken_identity(client.hub_id, client.identity)
        raise key_taken() from clash


def _place(row: Client) -> dict[str, int]:
    """Hub and station of a row of the file."""
    return {"hub_id": row.hub_id, "station_id": row.station_id}


def _write_tokens(client: Client) -> None:
    """Renew the words that the file is found by, where they changed."""
    wanted = search_tokens(client.name)
    present = set(ClientToken.objects.filter(client_id=client.pk).values_list("token", flat=True))
    ClientToken.objects.filter(client_id=client.pk, token__in=present - wanted).delete()
    ClientToken.objects.bulk_create(
        [ClientToken(**_place(client), client=client, token=token) for token in sorted(wanted - present)]
    )


def _keep_groups(client: Client, groups: Iterable[PopulationGroup], day: date) -> list[str]:
    """Begin and end memberships so that they are these from `day` on; returns the codes that came and went."""
    wanted = {group.pk: group for group in groups}
    present = {each.group_id: each for each in client.groups.filter(until__isnull=True).select_related("group")}
    for group_id in present.keys() - wanted.keys():
        present[group_id].until = max(day, present[group_id].since)
        present[group_id].save(update_fields=["until"])
    ClientGroup.objects.bulk_create(
        [
            ClientGroup(**_place(client), client=client, group=wanted[group_id], since=day)
            for group_id in sorted(wanted.keys() - present.keys())
        ]
    )
    come = [f"+{wanted[pk].code}" for pk in sorted(wanted.keys() - present.keys())]
    gone = [f"-{present[pk].group.code}" for pk in sorted(present.keys() - wanted.keys())]
    return come + gone


def _keep_disabilities(client: Client, facts: list[DisabilityFact], day: date) -> bool:
    """End what is no longer there, begin what is new; returns whether anything changed."""
    present = {(each.kind, each.grade): each for each in client.disabilities.filter(until__isnull=True)}
    wanted = {(fact["kind"], fact["grade"]): fact for fact in facts}
    for key in present.keys() - wanted.keys():
        present[key].until = day
        present[key].save(update_fields=["until"])
    for key in sorted(wanted.keys() - present.keys()):
        fact = wanted[key]
        Disability(
            **_place(client),
            client=client,
            kind=key[0],
            grade=key[1],
            card=fact.get("card", ""),
            since=fact.get("since") or day,
        ).save(force_insert=True)
    return present.keys() != wanted.keys()


def _keep_low_incomes(client: Client, facts: list[LowIncomeFact], day: date) -> bool:
    """As for disabilities."""
    present = {each.kind: each for each in client.low_incomes.filter(until__isnull=True)}
    wanted = {fact["kind"]: fact for fact in facts}
    for kind in present.keys() - wanted.keys():
        present[kind].until = day
        present[kind].save(update_fields=["until"])
    for kind in sorted(wanted.keys() - present.keys()):
        since = wanted[kind].get("since") or day
        LowIncome(**_place(client), client=client, kind=kind, since=since).save(force_insert=True)
    return present.keys() != wanted.keys()


@transaction.atomic
def change_client(
    client: Client, *, by: Viewer, at: datetime, state: str | None = None, **facts: Unpack[Facts]
) -> Client:
    """Change what is given and leave the rest. A new name is found at once; groups, disabilities and low-income classes
    begin and end today. Raises Problem or Problems as `register_client` does.
    """
    client = _locked(client)
    may_keep_files(by, client.hub_id, client.station_id)
    today = clock.today()
    checked = rules.checked_facts(_beside(client, facts), today)
    changed = _set_columns(client, checked)
    if "identity" in changed:
        refuse_taken_identity(client.hub_id, client.identity, but=client.pk)
    if state is not None and state != client.state:
        client.state = _checked_state(state)
        changed.append("state")
    groups = _groups_of(checked["groups"]) if "groups" in checked else None
    turned = groups is not None and _restrict(client, groups, by, at)
    if changed or groups is not None:
        client.save()
    if turned:
        restrict_records(client)
    if "name" in changed:
        _write_tokens(client)
    moved = _keep_groups(client, groups, today) if groups is not None else []
    if "disabilities" in checked and _keep_disabilities(client, checked["disabilities"], today):
        changed.append("disabilities")
    if "low_incomes" in checked and _keep_low_incomes(client, checked["low_incomes"], today):
        changed.append("low_incomes")
    if changed or moved:
        _log("change_client", client, by, at, changed=sorted(changed), groups=moved)
    return client


def _beside(client: Client, facts: Facts) -> Facts:
    """The facts to change, with what they must agree with: number, birth date and sex are checked together."""
    together = ("identity", "born_on", "sex")
    if not any(name in facts for name in together):
        return facts
    present = {name: getattr(client, name) for name in together}
    return cast(Facts, {**present, **facts})


def _checked_state(state: str) -> ClientState:
    if state not in (ClientState.ACTIVE, ClientState.MOVED, ClientState.DECEASED):
        raise Problem("state_unknown", _("请从列表中选择状态。"), "state")
    return ClientState(state)


def _restrict(client: Client, groups: list[PopulationGroup], by: Viewer, at: datetime) -> bool:
    """The file's restricted classes follow from its groups; returns whether it became restricted, or is so no more."""
    classes = rules.restricted_classes(group.restricted_class for group in groups)
    before, client.restricted_classes = client.restricted_classes, classes
    if classes and not before:
        look_for_a_day(client, by, str(_("登记限制类别")), at)
    return bool(classes) != bool(before)


def restrict_records(client: Client) -> None:
    """Mark the client's records as restricted or not, as the saved file is, in whatever station they lie."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT practice_restrict_records(%s, %s)", [client.pk, client.hub_id])


def _locked(client: Client) -> Client:
    """The file as it is now, until the transaction ends. Raises Problem (404, 409)."""
    present = Client.objects.select_for_update(of=("self",)).filter(pk=client.pk, hub_id=client.hub_id).first()
    if present is None:
        raise Problem("client_missing", _("找不到这份档案，或您不能查看。"), status=404)
    if present.state == ClientState.MERGED:
        raise Problem("client_merged", _("这份档案已并入别的档案，请到保留的档案中更改。"), status=409)
    if present.state == ClientState.ERASED:
        raise Problem("client_erased", _("这份档案已匿名，不能再更改。"), status=409)
    return present


def _log(verb: str, client: Client, by: Viewer, at: datetime, **detail: object) -> None:
    log(
        verb,
        "client",
        client.pk,
        by=by.account_id,
        at=at,
        hub_id=client.hub_id,
        station_id=client.station_id,
        detail={"number": client.number, **detail},
    )


def look_for_a_day(client: Client, by: Viewer, reason: str, at: datetime) -> None:
    """Keep a file open to the viewer who has just made it restricted."""
    _look(client, by, reason, at, rules.LOOK_HOURS)


def _look(client: Client, by: Viewer, reason: str, at: datetime, hours: int) -> RestrictedLook:
    look = RestrictedLook(
        **_place(client),
        client=client,
        account_id=by.account_id,
        reason=reason,
        at=at,
        until=at + rules.look_until_hours(hours),
    )
    look.save(force_insert=True)
    return look


@transaction.atomic
def open_restricted(
    number_or_id: str | UUID, reason: str, *, by: Viewer, at: datetime, hours: int = rules.LOOK_HOURS
) -> UUID:
    """Open a restricted file in one's reach for a reason and some hours; returns its key. Journalled.

    Raises Problem at `number` where there is no such file in reach, at `reason` without a reason.
    """
    text = rules.checked_reason(reason)
    found = restricted_file(number_or_id)
    if found is None or not by.has(Role.WORKER, Role.HEAD, Role.COUNTY, Role.SUPERVISOR):
        raise Problem("client_missing", _("您的范围内没有这个编号的限制查阅档案。"), "number", status=404)
    client_id, hub_id, station_id = found
    client = Client(pk=client_id, hub_id=hub_id, station_id=station_id)
    look = _look(client, by, text, at, hours)
    log(
        "open_restricted",
        "client",
        client_id,
        by=by.account_id,
        at=at,
        hub_id=hub_id,
        station_id=station_id,
        detail={"reason": text, "until": look.until.isoformat()},
    )
    return client_id


@transaction.atomic
def reveal(client: Client, field: str, *, by: Viewer, at: datetime) -> str:
    """The whole identity number, telephone or address of a file that the viewer can see. Journalled."""
    if field not in SECRETS:
        raise Problem("field_unknown", _("没有这一项。"), status=404)
    seen = Client.objects.filter(pk=client.pk, hub_id=client.hub_id).first()
    if seen is None:
        raise Problem("client_missing", _("找不到这份档案，或您不能查看。"), status=404)
    _log("reveal", seen, by, at, field=field)
    return str(getattr(seen, field))


@transaction.atomic
def reveal_contact(contact: Contact, *, by: Viewer, at: datetime) -> str:
    """The whole telephone number of a contact that the viewer can see. Journalled."""
    seen = Contact.objects.filter(pk=contact.pk, hub_id=contact.hub_id).select_related("client").first()
    if seen is None:
        raise Problem("contact_missing", _("没有这一项。"), status=404)
    _log("reveal", seen.client, by, at, field="contact", contact=str(seen.pk))
    return seen.phone


@transaction.atomic
def give_consent(client: Client, consent: ConsentFact, *, by: Viewer, at: datetime) -> Consent:
    """Note a purpose and its legal basis. Raises Problem or Problems at purpose, basis, given_on, note."""
    client = _locked(client)
    may_keep_files(by, client.hub_id, client.station_id)
    checked = rules.checked_consent(consent, clock.today())
    if client.consents.filter(purpose=checked["purpose"], withdrawn_on__isnull=True).exists():
        raise Problem("consent_given", _("这一目的已有有效的同意或依据。"), "purpose", status=409)
    given = Consent(**_place(client), client=client, recorded_by_id=by.account_id, **checked)
    given.save(force_insert=True)
    _log("give_consent", client, by, at, purpose=given.purpose, basis=given.basis)
    return given


@transaction.atomic
def withdraw_consent(consent: Consent, *, by: Viewer, at: datetime) -> Consent:
    """Note that a consent was withdrawn today (PIPL art. 15). Withdrawn twice, it stays withdrawn."""
    present = Consent.objects.select_for_update().get(pk=consent.pk, hub_id=consent.hub_id)
    may_keep_files(by, present.hub_id, present.station_id)
    if present.withdrawn_on is None:
        present.withdrawn_on = max(clock.today(), present.given_on)
        present.save(update_fields=["withdrawn_on"])
        log(
            "withdraw_consent",
            "client",
            present.client_id,
            by=by.account_id,
            at=at,
            hub_id=present.hub_id,
            station_id=present.station_id,
            detail={"purpose": present.purpose},
        )
    return present


@transaction.atomic
def add_contact(client: Client, contact: ContactFact, *, by: Viewer, at: datetime) -> Contact:
    """Note somebody to turn to. Raises Problem or Problems at contact_name, contact_relation, contact_phone."""
    client = _locked(client)
    may_keep_files(by, client.hub_id, client.station_id)
    added = Contact(**_place(client), client=client, **rules.checked_contact(contact))
    added.save(force_insert=True)
    _log("add_contact", client, by, at, guardian=added.is_guardian)
    return added


@transaction.atomic
def remove_contact(contact: Contact, *, by: Viewer, at: datetime) -> None:
    """Strike somebody out of a file: another person's data is kept no longer than it serves."""
    may_keep_files(by, contact.hub_id, contact.station_id)
    gone, _rows = Contact.objects.filter(pk=contact.pk, hub_id=contact.hub_id).delete()
    if gone:
        log(
            "remove_contact",
            "client",
            contact.client_id,
            by=by.account_id,
            at=at,
            hub_id=contact.hub_id,
            station_id=contact.station_id,
        )


@transaction.atomic
def live_together(client: Client, other: Client, relation: str, *, by: Viewer, at: datetime) -> Household:
    """Note that a client lives in the household of another one. Raises Problem for files of two counties."""
    client = _locked(client)
    may_keep_files(by, client.hub_id, client.station_id)
    if other.pk == client.pk or other.hub_id != client.hub_id:
        raise Problem("household_other", _("请选择同一区(市)县内的另一位服务对象。"), "other")
    checked = rules.checked_facts(Facts(household_relation=relation), clock.today())
    household = _live_together(client, other, checked["household_relation"])
    _log("live_together", client, by, at, household=str(household.pk))
    return household


def _live_together(client: Client, other: Client, relation: str) -> Household:
    household = other.household
    if household is None:
        household = Household(**_place(other), address=other.address, community_id=other.community_id)
        household.save(force_insert=True)
        other.household = household
        other.save(update_fields=["household"])
    client.household = household
    client.household_relation = relation
    client.save(update_fields=["household", "household_relation"])
    return household


@transaction.atomic
def live_apart(client: Client, *, by: Viewer, at: datetime) -> None:
    """Note that a client no longer lives in the household."""
    client = _locked(client)
    may_keep_files(by, client.hub_id, client.station_id)
    if client.household_id is not None:
        client.household, client.household_relation = None, ""
        client.save(update_fields=["household", "household_relation"])
        _log("live_apart", client, by, at)
