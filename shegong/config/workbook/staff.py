"""What the rows of accounts and workers mean for the people who are there."""

from collections import defaultdict
from datetime import date
from typing import Any, Final

from django.contrib.auth.hashers import PBKDF2PasswordHasher, get_hasher, make_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shegong.config.workbook.changes import Changes
from shegong.config.workbook.findings import Row
from shegong.config.workbook.places import Organisations, Stations
from shegong.config.workbook.template import NewAccount
from shegong.kernel import clock
from shegong.kernel.chinese import normalised_phone, phone_problem
from shegong.kernel.fields import spelling
from shegong.kernel.ids import uuid7
from shegong.kernel.names import sort_key
from shegong.kernel.problems import Problem
from shegong.network.enums import Tier
from shegong.network.models import Grant, Organisation, Station, StationStage
from shegong.people.enums import Role
from shegong.people.models import Account
from shegong.people.rules import new_one_time_password, username_problem
from shegong.workforce.enums import PostingRole
from shegong.workforce.models import Credential, Posting, Worker
from shegong.workforce.rules.posting import (
    PostingDraft,
    Span,
    Term,
    draft_problems,
    load_problem,
    service_problem,
    station_problem,
)

# A password of 98 random bits can't be guessed however fast it is hashed, and thousands must not take minutes. At
# sign-in Django hashes it anew, and then it is to be changed.
PASSWORD_GROUPS: Final = 5
HASH_ROUNDS: Final = 100
# Where these roles are usually granted: elsewhere they reach further than the station's name says.
USUAL_TIER: Final = {Role.CITY: Tier.CENTRE, Role.DPO: Tier.CENTRE, Role.ADMIN: Tier.CENTRE, Role.COUNTY: Tier.HUB}
OF_ORGANISATIONS: Final = (Role.AGENCY, Role.LIAISON)


class Accounts:
    """Accounts by user name, and the roles granted to them."""

    def __init__(self, rows: list[Row], names: set[str], organisations: Organisations, stations: Stations) -> None:
        """`names` are all user names of the workbook."""
        self.changes = Changes(Account)
        self.grants = Changes(Grant)
        self.passwords: list[NewAccount] = []
        self._organisations = organisations
        self._stations = stations
        self.by_name = Account.objects.in_bulk(list(names), field_name="username")
        self._folded = {name.casefold(): name for name in self.by_name}
        self._grants: dict[tuple[int, str, int], list[Grant]] = defaultdict(list)
        for grant in Grant.objects.filter(account__username__in=names):
            self._grants[grant.account_id, grant.role, grant.station_id].append(grant)
        self._first: dict[str, Row] = {}
        self._granted: dict[tuple[str, str, str], int] = {}

    def plan(self, row: Row) -> None:
        """Take in a row."""
        username = row.text("username")
        if "username" in row.spoiled or row.wrong("username", username_problem(username)):
            return
        account = self._account(row, username)
        if account is None or row.spoiled & {"role", "station", "since", "until", "organisation"}:
            return
        key = (username, row.text("role"), row.text("station"))
        first = self._granted.setdefault(key, row.number)
        if first != row.number:
            row.wrong("role", Problem("twice", _("与第 %(row)s 行重复。"), params={"row": first}))
            return
        self._grant(row, account)

    def _account(self, row: Row, username: str) -> Account | None:
        """The account, new or brought up to date; None when it can't be made."""
        email = row.text("email")
        if email:
            try:
                validate_email(email)
            except ValidationError:
                row.wrong("email", Problem("email", _("电子邮箱不正确。")))
        first = self._first.setdefault(username, row)
        for name in ("display_name", "email"):
            if first is not row and row.text(name) and row.text(name) != first.values.setdefault(name, row.text(name)):
                reason = _("与第 %(row)s 行同一用户名的内容不一致。")
                row.wrong(name, Problem("account_differs", reason, params={"row": first.number}))
        account = self.by_name.get(username)
        if account is None:
            other = self._folded.setdefault(username.casefold(), username)
            if other != username:
                reason = _("与用户名“%(other)s”只差大小写。")
                row.wrong("username", Problem("username_alike", reason, params={"other": other}))
            if row.lacks("display_name", "since") or row.spoiled & {"username", "email"}:
                return None
            account = Account(username=username, must_change_password=True)
            self.by_name[username] = self.changes.add(account)
        values = {name: row.text(name) for name in ("display_name", "email") if name in row.values}
        self.changes.set(account, **{name: text for name, text in values.items() if name not in row.spoiled})
        return account

    def _grant(self, row: Row, account: Account) -> None:
        """The role at the station, for its period."""
        role, since, until = Role(row.text("role")), row.day("since"), row.day("until")
        station = self._stations.find(row.text("station"))
        organisation = self._organisation(row)
        if isinstance(station, Problem):
            row.wrong("station", station)
            return
        if role in USUAL_TIER and station.tier != USUAL_TIER[role]:
            usual = Problem("grant_tier", _("这个角色通常授予在%(tier)s。"), params={"tier": USUAL_TIER[role].label})
            row.wrong("station", usual, is_warning=True)
        known = self._grants[account.pk, role, station.pk] if account.pk else []
        grant = _open_grant(known, since, until)
        if isinstance(grant, Problem):
            row.wrong("since", grant)
            return
        if role in OF_ORGANISATIONS and not (grant and grant.organisation_id) and row.lacks("organisation"):
            return
        if grant is None and row.lacks("since"):
            return
        start = since or (grant.since if grant else None)
        end = until or (grant.until if grant else None)
        if start and end and end <= start:
            row.wrong("until", Problem("until_before_since", _("截止日应晚于起始日。")))
            return
        values: dict[str, Any] = {"since": start, "until": end}
        if organisation is not None:
            values["organisation"] = organisation
        if grant is None:
            self.grants.add(Grant(account=account, role=role, station=station, **values))
        else:
            self.grants.set(grant, **values)

    def _organisation(self, row: Row) -> Organisation | None:
        if not row.text("organisation"):
            return None
        found = self._organisations.find(row.text("organisation"))
        if isinstance(found, Problem):
            row.wrong("organisation", found)
            return None
        return found

    def write(self) -> None:
        """Write accounts, the new ones with one-time passwords, and grants."""
        hasher = get_hasher()
        for account in self.changes.added:
            password = new_one_time_password(PASSWORD_GROUPS)
            if isinstance(hasher, PBKDF2PasswordHasher):
                account.password = hasher.encode(password, hasher.salt(), iterations=HASH_ROUNDS)
            else:
                account.password = make_password(password)
            self.passwords.append(NewAccount(account.username, account.display_name, password))
        self.changes.write()
        self.grants.write()


def _open_grant(known: list[Grant], since: date | None, until: date | None) -> Grant | Problem | None:
    """The grant that a row speaks of: the one whose period meets the row's; None if there is none."""
    meeting = [
        grant
        for grant in known
        if (grant.until is None or since is None or grant.until > since) and (until is None or grant.since < until)
    ]
    if len(meeting) > 1:
        return Problem("grant_ambiguous", _("与已有的几段授予重叠，请到后台更正。"))
    return meeting[0] if meeting else None


# What a row says of a posting; all else is said of the person.
POSTED: Final = frozenset(("station", "post", "since", "share", "until"))


class Workers:
    """Workers by account, by certificate, and by name and station. Several rows with one certificate or account are one
    worker's postings at several stations; the first of them says all else.
    """

    def __init__(self, rows: list[Row], organisations: Organisations, stations: Stations, accounts: Accounts) -> None:
        self.changes = Changes(Worker)
        self.credentials = Changes(Credential)
        self.postings = Changes(Posting)
        self._organisations, self._stations, self._accounts = organisations, stations, accounts
        numbers, names = {row.text("number") for row in rows} - {""}, {row.text("name") for row in rows}
        usernames = {row.text("username") for row in rows} - {""}
        asked = Q(name__in=names) | Q(credentials__number__in=numbers) | Q(account__username__in=usernames)
        found = list(Worker.objects.filter(asked).select_related("account").distinct())
        by_id = {worker.pk: worker for worker in found}
        self._credentials: dict[str, Credential] = {}
        self._certified: dict[int, Worker] = {}
        for credential in Credential.objects.filter(worker__in=by_id):
            credential.worker = by_id[credential.worker_id]
            self._credentials[credential.number] = credential
            self._certified[credential.worker_id] = credential.worker
        self._by_account = {worker.account_id: worker for worker in found if worker.account_id}
        self._linked: dict[str, Worker] = {}
        self._by_place: dict[tuple[str, int], list[Worker]] = defaultdict(list)
        for worker in found:
            if worker.until is None:
                self._by_place[worker.name, worker.station_id].append(worker)
        self._postings: dict[int, list[Posting]] = defaultdict(list)
        for posting in Posting.objects.filter(worker__in=by_id).order_by("since"):
            self._postings[posting.worker_id].append(posting)
        self._lives = _lives(stations, {row.text("station") for row in rows})
        self._first: dict[int, Row] = {}  # by identity, as all that follows: new ones have no key yet
        self._posted: dict[tuple[int, int], int] = {}
        self._new_postings: dict[int, list[Posting]] = defaultdict(list)
        self._planned: list[tuple[Row, PostingDraft, Posting, list[Posting]]] = []
        self._told: dict[str, set[str]] = defaultdict(set)
        for row in rows:
            for identity in _identities(row):
                self._told[identity].add(row.text("station"))
        self._kept: list[Worker] = []  # so that identities stay unique while rows are taken in

    def plan(self, row: Row) -> None:
        """Take in a row."""
        if row.spoiled:
            return
        station, account = self._stations.find(row.text("station")), self._account(row)
        employer = self._employer(row)
        if isinstance(station, Problem):
            row.wrong("station", station)
        if row.spoiled or isinstance(station, Problem) or self._has_half_a_certificate(row):
            return
        worker = self._existing(row, station, account)
        if isinstance(worker, Problem):
            row.wrong("name", worker)
            return
        if worker is None and row.lacks("source", "since"):
            return
        if worker is not None and self._is_said_before(row, worker, station):
            return
        if worker is None or id(worker) not in self._first:
            worker = self._kept_up(row, worker, station, employer, account)
            self._first[id(worker)] = row
            self._certify(row, worker)
            if account is not None:
                self._linked[account.username] = worker
        self._posted[id(worker), station.pk] = row.number
        self._post(row, worker, station)

    def _is_said_before(self, row: Row, worker: Worker, station: Station) -> bool:
        """Whether a row says again what an earlier one said, or says something else about the same person."""
        posted, first = self._posted.get((id(worker), station.pk)), self._first.get(id(worker))
        if posted is not None:
            return row.wrong("name", Problem("twice", _("与第 %(row)s 行重复。"), params={"row": posted}))
        if first is None:
            return False
        reason = _("同一人的资料以第 %(row)s 行为准，这里应相同或留空。")
        differ = [name for name in row.values.keys() - POSTED if row.values[name] != first.values.get(name)]
        for name in differ:
            row.wrong(name, Problem("person_differs", reason, params={"row": first.number}))
        return bool(differ)

    def _account(self, row: Row) -> Account | None:
        if not row.text("username"):
            return None
        account = self._accounts.by_name.get(row.text("username"))
        if account is None:
            row.wrong("username", Problem("account_unknown", _("表中和系统里都没有这个用户名。")))
        return account

    def _employer(self, row: Row) -> Organisation | None:
        if not row.text("employer"):
            return None
        found = self._organisations.find(row.text("employer"))
        if isinstance(found, Problem):
            row.wrong("employer", found)
            return None
        return found

    def _has_half_a_certificate(self, row: Row) -> bool:
        number = row.text("number")
        if number not in self._credentials and any(name in row.values for name in ("level", "number", "issued_on")):
            return row.lacks("level", "number", "issued_on")
        return False

    def _existing(self, row: Row, station: Station, account: Account | None) -> Worker | Problem | None:
        """The worker that a row speaks of; None for a new one."""
        linked = self._by_account.get(account.pk) if account and account.pk else None
        if linked is None and account is not None:
            linked = self._linked.get(account.username)
        credential = self._credentials.get(row.text("number"))
        if credential is not None:
            if linked is not None and linked is not credential.worker:
                return Problem("worker_differs", _("用户名和证书编号属于两个不同的人。"))
            if credential.worker.name != row.text("name"):
                reason = _("这个证书编号属于“%(name)s”。")
                return Problem("certificate_of_another", reason, params={"name": credential.worker.name})
            return credential.worker
        if linked is not None:
            return linked
        named = self._by_place.get((row.text("name"), station.pk), [])
        if row.text("number"):
            certified = [worker for worker in named if worker.pk in self._certified]
            if certified:
                alike = Problem("worker_alike", _("同一站点已有同名且持证的人员，将作为另一人新增。"))
                row.wrong("name", alike, is_warning=True)
            named = [worker for worker in named if worker not in certified]
        if len(named) > 1:
            return Problem("worker_ambiguous", _("同一站点有几位同名人员，请填证书编号或用户名。"))
        return named[0] if named else None

    def _kept_up(
        self, row: Row, worker: Worker | None, station: Station, employer: Organisation | None, account: Account | None
    ) -> Worker:
        """The worker, new or brought up to date."""
        values: dict[str, Any] = {"name": row.text("name")}
        values |= {name: row.values[name] for name in ("sex", "source", "education", "major") if name in row.values}
        for name, column in (("specialities", "abilities"), ("languages", "languages")):
            if column in row.values:
                values[name] = [each for each in _choices_of(row, column) if each in row.values[column]]
        phone = row.text("phone")
        if phone and not row.wrong("phone", phone_problem(phone)):
            values["phone"] = normalised_phone(phone)
        if employer is not None:
            values["employer"] = employer
        if account is not None:
            values["account"] = account
        if "specialities" in row.values:
            chosen = row.values["specialities"]
            values |= {f"is_{each}": each in chosen for each in ("professional", "supervisor", "psychological")}
        if worker is None:
            since = row.day("since")
            assert since is not None  # asked for before
            worker = self.changes.add(Worker(station=station, hub=station.hub, since=since, **values))
            worker.sort_key = sort_key(worker.name)
            self._kept.append(worker)
            self._by_place[worker.name, station.pk].append(worker)
            return worker
        if self.changes.set(worker, **values):
            self.changes.set(worker, sort_key=worker.sort_key or sort_key(worker.name), spelling=spelling(worker.name))
        return worker

    def _certify(self, row: Row, worker: Worker) -> None:
        if not row.text("number"):
            return
        values = {name: row.values[name] for name in ("level", "issued_on") if name in row.values}
        known = self._credentials.get(row.text("number"))
        if known is None:
            added = Credential(worker=worker, hub=worker.hub, number=row.text("number"), **values)
            self._credentials[added.number] = self.credentials.add(added)
        else:
            self.credentials.set(known, **values)

    def _post(self, row: Row, worker: Worker, station: Station) -> None:
        """The posting at the station. A worker who comes from elsewhere leaves there on that day, unless another row
        tells of the posting there.
        """
        known = self._postings[worker.pk] if worker.pk else self._new_postings[id(worker)]
        here = _posting_meant(row, known, station)
        since = row.day("since") or (here.since if here else None)
        if since is None:
            row.lacks("since")
            return
        share = row.number_in("share")
        draft = PostingDraft(
            role=row.text("post") or (here.role if here else PostingRole.WORKER),
            share=(here.share if here else 100) if share is None else int(share) if share == int(share) else 0,
            since=since,
            until=row.day("until") or (here.until if here else None),
        )
        stays = worker.station_id != station.pk and self._is_told_of(worker.station_id, row)
        if here is None and not stays and not self._leave(row, worker, station, known, since):
            return
        problems = [*draft_problems(draft)]
        if not problems:
            found = (
                station_problem(draft, self._lives[station.pk]) if here is None else None,
                service_problem(draft, date.min, worker.until),
            )
            problems = [problem for problem in found if problem is not None]
        for problem in problems:
            _say(row, problem)
        if problems:
            return
        values = {"role": draft.role, "share": draft.share, "since": draft.since, "until": draft.until}
        if here is not None:
            self.postings.set(here, **values)
            self._planned.append((row, draft, here, known))
            return
        if worker.station_id != station.pk and not stays:
            self.changes.set(worker, station=station, hub=station.hub)
        added = Posting(key=uuid7(), worker=worker, station=station, hub=station.hub, **values)
        known.append(self.postings.add(added))
        self._planned.append((row, draft, added, known))

    def check_loads(self) -> None:
        """Once all rows are taken in: whether each of them fits beside the person's other postings, told at the row
        that is too much.
        """
        later = {id(posting) for _row, _draft, posting, _known in self._planned}
        for row, draft, posting, known in self._planned:
            others = [each for each in known if id(each) not in later]
            terms = [Term(each.station_id, each.share, each.since, each.until) for each in others]
            problem = load_problem(draft, posting.station_id, terms)
            if problem is not None:
                _say(row, problem)
            later.discard(id(posting))

    def _is_told_of(self, station_id: int, row: Row) -> bool:
        """Whether any row about the same person is about this station."""
        keys = {key for identity in _identities(row) for key in self._told[identity]}
        return any(self._stations.by_key[key].pk == station_id for key in keys if key in self._stations.by_key)

    def _leave(self, row: Row, worker: Worker, station: Station, known: list[Posting], since: date) -> bool:
        """End the postings at the former home; whether that can be."""
        for posting in known:
            lasts = posting.until is None or posting.until > since
            if not lasts or posting.station_id != worker.station_id or worker.station_id == station.pk:
                continue
            if posting.since >= since:
                reason = _("应晚于在原站点到岗的日期 %(since)s。")
                row.wrong("since", Problem("posting_order", reason, params={"since": posting.since.isoformat()}))
                return False
            self.postings.set(posting, until=since)
        return True

    def write(self) -> None:
        """Write workers, certificates and postings."""
        moved = [worker.pk for worker in self.changes.changed]
        for changes in (self.changes, self.credentials, self.postings):
            changes.write()
        # A certificate is kept where its holder is.
        for credential in Credential.objects.filter(worker__in=moved).select_related("worker"):
            if credential.hub_id != credential.worker.hub_id:
                credential.hub_id = credential.worker.hub_id
                credential.save(update_fields=["hub"])


def _say(row: Row, problem: Problem) -> None:
    """Note what is wrong with a posting at the column it is about."""
    row.wrong({"role": "post"}.get(problem.field or "", problem.field or "since"), problem)


def _identities(row: Row) -> list[str]:
    """By what the same person is known in several rows."""
    return [f"{name}:{row.text(name)}" for name in ("number", "username") if row.text(name)]


def _choices_of(row: Row, column: str) -> list[str]:
    """All choices of a column, in their order."""
    return list(row.sheet.column(column).choices or ())


def _posting_meant(row: Row, known: list[Posting], station: Station) -> Posting | None:
    """The posting that a row speaks of: the one at the station that goes on, or that began on the row's day."""
    here = [posting for posting in known if posting.station_id == station.pk]
    lasting = [posting for posting in here if posting.until is None or posting.until > clock.today()]
    begun = [posting for posting in here if posting.since == row.day("since")]
    return next(iter([*begun, *lasting]), None)


def _lives(stations: Stations, keys: set[str]) -> dict[int, list[Span]]:
    """{station id: its stages} of the stations with these keys, as they will be after the import."""
    ids = [station.pk for key in keys if (station := stations.by_key.get(key)) is not None]
    changed = {stage.pk: stage for stage in stations.stages.changed}
    found: dict[int, list[Span]] = {key: [] for key in ids}
    present = StationStage.objects.filter(station_id__in=ids)
    for stage in [*(changed.get(stage.pk, stage) for stage in present), *stations.stages.added]:
        if stage.station_id in found:
            found[stage.station_id].append(Span(stage.stage, stage.since, stage.until))
    return found
