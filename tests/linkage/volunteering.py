"""A small city in which people volunteer."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from shegong.kernel import clock
from shegong.linkage.actions.opportunity import move_opportunity, plan_opportunity, record_attendance, sign_up
from shegong.linkage.actions.volunteer import register_volunteer
from shegong.linkage.models import Attendance, Opportunity, SignUp, Volunteer
from shegong.linkage.rules.opportunity import OpportunityDraft, Presence
from shegong.linkage.rules.volunteer import VolunteerDraft
from shegong.network.models import Station
from shegong.network.scope import viewing
from shegong.people.models import Account
from tests.factories import World


class Volunteering:
    """A world with people of each part and two volunteers with accounts. Calls begin in three hours; `begin` moves one
    into the past.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.today = clock.today()
        self.town = world.towns["A"]
        Station.objects.filter(pk=self.town.pk).update(longitude="104.06", latitude="30.65", phone="02812345678")
        self.town.refresh_from_db()
        self.worker = world.account("worker", self.town)
        self.head = world.account("head", self.town)
        self.county = world.account("county", world.hubs["A"])
        self.city = world.account("city", world.centre)
        self.stranger = world.account("worker", world.towns["B"])
        self.account = world.account("volunteer", self.town)
        self._phones = iter(range(13900000000, 13900001000))

    def draft(self, **more: Any) -> VolunteerDraft:
        wanted = {"name": "周小月", "born_on": date(1990, 5, 2), "phone": str(next(self._phones)),
                  "skills": ("visit",), **more}  # fmt: skip
        return VolunteerDraft(**wanted)

    def registered(self, account: Account | None = None, *, active: bool = True, **more: Any) -> Volunteer:
        """By the station's worker; with an account it belongs to that."""
        with viewing(self.worker.pk) as viewer:
            made = register_volunteer(self.town, self.draft(**more), by=viewer, at=clock.now(), today=self.today)
        state = {} if active else {"state": "pending"}
        Volunteer.objects.filter(pk=made.pk).update(account=account, **state)
        return Volunteer.objects.get(pk=made.pk)

    def call(self, *, state: str = "open", **more: Any) -> Opportunity:
        starts: datetime = more.pop("starts_at", clock.now().replace(microsecond=0) + timedelta(hours=3))
        wanted = {"title": "社区义剪", "work": "为老人理发", "place": "社区广场", "starts_at": starts,
                  "ends_at": starts + timedelta(hours=2), "places": 1, "contact": "王老师",
                  "contact_phone": "13800000000", **more}  # fmt: skip
        with viewing(self.worker.pk) as viewer:
            made = plan_opportunity(self.town, OpportunityDraft(**wanted), by=viewer, at=clock.now())
            return made if state == "draft" else move_opportunity(made, state, by=viewer, at=clock.now())

    def signed(self, call: Opportunity, volunteer: Volunteer, by: Account | None = None) -> SignUp:
        with viewing((by or self.worker).pk) as viewer:
            return sign_up(call, volunteer, by=viewer, at=clock.now())

    def begin(self, call: Opportunity, hours: int = 5) -> Opportunity:
        """Let it have happened: it began `hours` ago."""
        starts = clock.now().replace(microsecond=0) - timedelta(hours=hours)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE linkage_opportunity SET starts_at = %s, ends_at = %s WHERE id = %s",
                [starts, starts + timedelta(hours=2), call.pk],
            )
        call.refresh_from_db()
        return call

    def there(self, call: Opportunity, minutes: int = 120) -> Presence:
        return Presence(True, call.starts_at, call.starts_at + timedelta(minutes=minutes))

    def served(self, call: Opportunity, volunteer: Volunteer, there: Presence | None = None) -> Attendance:
        with viewing(self.worker.pk) as viewer:
            return record_attendance(
                call, volunteer, there or self.there(call), by=viewer, at=clock.now(), confirm=True
            )
