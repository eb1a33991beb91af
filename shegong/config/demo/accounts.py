"""An account for every role of the product, with a password made at the time and written beside the data."""

import json
import os
import secrets
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from django.contrib.auth.hashers import PBKDF2PasswordHasher

from shegong.config.demo.network import Organisations, Site
from shegong.config.demo.plan import SHOW_COUNTY, SHOW_TOWN
from shegong.config.demo.staff import Person
from shegong.network.enums import Tier
from shegong.network.models import Grant
from shegong.people.enums import Role
from shegong.people.models import Account
from shegong.workforce.models import Worker

FILE_NAME: Final = "demo-accounts.json"
RECORDER: Final = "demo-data"
SINCE: Final = date(2022, 1, 1)
# A password of 96 random bits can't be guessed however fast it is hashed; at sign-in Django hashes it anew.
HASH_ROUNDS: Final = 20_000
ROLES: Final = (
    (Role.CITY, "centre", "周敏", "看全市数字与地图，不见服务对象姓名", "City figures and map, no clients' names"),
    (Role.COUNTY, "hub", "陈立", "看本区(市)县的站点、服务对象与目标", "Stations, clients and targets of one county"),
    (Role.HEAD, "town", "", "管本镇(街道)社工站及所属社工室", "Runs a town station and its rooms"),
    (Role.WORKER, "room", "", "在社工室记录服务，看今日安排", "Records services in a room; today's list"),
    (Role.SUPERVISOR, "hub", "", "看督导的个案", "Sees the supervised cases"),
    (Role.AGENCY, "hub", "蒋文", "看本机构运营的站点、人员与合同", "Stations, staff and contracts of one agency"),
    (Role.ASSESSOR, "hub", "许宁", "第三方评估", "Third-party assessment"),
    (Role.LIAISON, "hub", "何晓东", "部门转介与合作", "Referrals of a department"),
    (Role.VOLUNTEER, "town", "宋佳", "志愿服务机会与时长", "Volunteering"),
    (Role.DONOR, "centre", "韩光", "捐赠与用途", "Donations and their use"),
    (Role.DPO, "centre", "邓思琪", "访问记录、同意与请求", "Access log, consents, requests"),
    (Role.ADMIN, "centre", "管理员", "账号与系统设置", "Accounts and settings"),
)
# More of the same roles, for what takes several people: three bidders, three members of a panel, one who gives.
FURTHER: Final = (
    ("agency2", Role.AGENCY, "hub", "郭琴", "另一家机构的负责人", "Head of another agency"),
    ("agency3", Role.AGENCY, "hub", "田野", "第三家机构的负责人", "Head of a third agency"),
    ("assessor2", Role.ASSESSOR, "hub", "沈静", "评审专家", "Assessor on panels"),
    ("assessor3", Role.ASSESSOR, "hub", "彭涛", "评审专家", "Assessor on panels"),
    ("donor2", Role.DONOR, "centre", "陆宁", "个人捐赠方，看自己的捐赠用在哪里", "A donor: own gifts and their use"),
)


@dataclass(frozen=True, slots=True)
class Cast:
    """Who and where the demonstration accounts are."""

    ids: Mapping[str, int]
    recorder: int
    room: Site
    hub: Site
    town_id: int
    listed: Sequence[Mapping[str, str]]


def make_accounts(sites: Sequence[Site], people: Sequence[Person], organisations: Organisations) -> Cast:
    """Create the accounts and their grants; those of worker, head and supervisor belong to workers of the network."""
    places = _places(sites)
    at_work = {
        Role.WORKER: next(p for p in people if p.site is places["room"] and p.until is None and p.post.is_professional),
        Role.HEAD: next(p for p in people if p.site is places["town"] and p.until is None and p.post.is_head),
        Role.SUPERVISOR: next(
            p for p in people if p.site is places["hub"] and p.until is None and p.post.is_supervisor
        ),
    }
    organisation_of = {
        Role.AGENCY: places["room"].agency_id,
        Role.LIAISON: organisations.departments[0],
        Role.ASSESSOR: organisations.assessor,
        Role.DONOR: organisations.charities[0],
    }
    recorder = Account(username=RECORDER, display_name="演示数据", is_active=False)
    recorder.set_unusable_password()
    recorder.save()
    others = _other_agencies(organisations, places["room"])
    ids, listed = {}, []
    for username, role, where, display_name, note_zh, note_en in (
        *((each[0].value, *each) for each in ROLES),
        *FURTHER,
    ):
        worker, site = at_work.get(role), places[where]
        organisation_id = others[username] if username in others else organisation_of.get(role)
        password = secrets.token_urlsafe(12)
        is_admin = role == Role.ADMIN
        name = worker.name if worker else display_name
        account = Account(username=username, display_name=name, is_staff=is_admin, is_superuser=is_admin)
        hasher = PBKDF2PasswordHasher()
        account.password = hasher.encode(password, hasher.salt(), iterations=HASH_ROUNDS)
        account.save()
        Grant.objects.create(
            account=account,
            role=role,
            station_id=site.id,
            organisation_id=organisation_id,
            since=SINCE,
        )
        if worker:
            Worker.objects.filter(pk=worker.id).update(account=account)
        ids[username] = account.pk
        note = {"note_zh": note_zh, "note_en": note_en}
        entry = {"username": username, "password": password, "role": role.value, "display_name": name}
        listed.append({**entry, "at": site.name, **note})
    return Cast(
        ids=ids, recorder=recorder.pk, room=places["room"], hub=places["hub"], town_id=places["town"].id, listed=listed
    )


def _other_agencies(organisations: Organisations, room: Site) -> dict[str, int | None]:
    """Two agencies of the show county besides the show room's, or of other counties where it has fewer; who gives in
    the own name acts for none.
    """
    near = organisations.agencies.get(room.hub_place, ())
    far = [each for others in organisations.agencies.values() for each in others if each not in near]
    found = [each for each in (*near, *far) if each != room.agency_id]
    return {**dict(zip(("agency2", "agency3"), found, strict=False)), "donor2": None}


def _places(sites: Sequence[Site]) -> dict[str, Site]:
    room = next(site for site in sites if site.tier == Tier.ROOM and site.place.startswith(SHOW_TOWN[:9]))
    return {
        "centre": sites[0],
        "hub": next(site for site in sites if site.tier == Tier.HUB and site.place == SHOW_COUNTY),
        "town": next(site for site in sites if site.tier == Tier.STATION and site.place == SHOW_TOWN),
        "room": room,
    }


def write_accounts(home: Path, listed: Sequence[Mapping[str, str]]) -> Path:
    """Write names and passwords to demo-accounts.json, readable by its owner only; whole or not at all."""
    path = home / FILE_NAME
    handle, beside = tempfile.mkstemp(prefix=f".{FILE_NAME}.", dir=home)  # mkstemp makes it 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(listed, file, ensure_ascii=False, indent=1)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        Path(beside).replace(path)
    except OSError:
        Path(beside).unlink(missing_ok=True)
        raise
    return path
