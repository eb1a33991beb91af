"""A small city in which a county and a department have agreed on something."""

from datetime import date, timedelta
from typing import Any

from shegong.kernel import clock
from shegong.linkage.actions import agreement as actions
from shegong.linkage.models import Agreement
from shegong.linkage.rules.agreement import Terms
from shegong.network.models import Organisation, Station
from shegong.network.scope import viewing
from shegong.people.models import Account
from tests.factories import START, World

FIVE = {
    "scope": "困难老人和残疾人", "content": "互相转介，共同走访", "mode": "通过本系统转介", "mechanism": "每季度会商",
    "supervision": "结果公开",
}  # fmt: skip


class Agreed:
    """Two departments with a liaison each, officers, and a station with its people."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.today = clock.today()
        self.hub, self.town = world.hubs["A"], world.towns["A"]
        self.bureau = Organisation.objects.create(name="试验区民政局", kinds=["department"], since=START)
        self.other = Organisation.objects.create(name="试验区残联", kinds=["department"], since=START)
        self.charity = Organisation.objects.create(name="试验慈善会", kinds=["charity"], since=START)
        self.liaison = self.liaison_of(self.bureau, "liaison-a")
        self.stranger = self.liaison_of(self.other, "liaison-b")
        self.county = world.account("county", self.hub)
        self.city = world.account("city", world.centre)
        self.head = world.account("head", self.town)
        self.account = world.account("worker", self.town)
        self.worker = world.worker(self.town, self.account)

    def liaison_of(self, department: Organisation, name: str) -> Account:
        account = Account.objects.create(username=name, display_name=name)
        account.grants.create(role="liaison", station=self.hub, organisation=department, since=START)
        return account

    def terms(self, **more: Any) -> Terms:
        values: dict[str, Any] = {
            "title": "民政协同协议", **FIVE, "since": self.today - timedelta(days=200),
            "until": self.today + timedelta(days=165), **more,
        }  # fmt: skip
        return Terms(**values)

    def drafted(self, hub: Station | None = None, by: Account | None = None, **more: Any) -> Agreement:
        with viewing((by or self.county).pk) as viewer:
            return actions.draft_agreement(
                hub or self.hub, self.terms(**more), by=viewer, at=clock.now(), today=self.today
            )

    def filled(self, **more: Any) -> Agreement:
        """A draft with the department and a channel each way."""
        agreement = self.drafted(**more)
        with viewing(self.county.pk) as viewer:
            given: dict[str, Any] = {"by": viewer, "at": clock.now()}
            actions.name_party(agreement, actions.PartyDraft(self.bureau.pk, "受理救助"), today=self.today, **given)
            for direction in ("to", "from"):
                draft = actions.ChannelDraft(self.bureau.pk, direction, "临时救助", 2, 15)
                actions.open_channel(agreement, draft, **given)
        return agreement

    def sent(self, agreement: Agreement) -> Agreement:
        with viewing(self.county.pk) as viewer:
            return actions.send_to_sign(agreement, by=viewer, at=clock.now())

    def signed_by(self, agreement: Agreement, account: Account, *, own: bool) -> Agreement:
        party = agreement.parties.get(station__isnull=not own)
        with viewing(account.pk) as viewer:
            return actions.sign_agreement(agreement, party.pk, by=viewer, at=clock.now(), today=self.today)

    def in_force(self, **more: Any) -> Agreement:
        agreement = self.sent(self.filled(**more))
        self.signed_by(agreement, self.county, own=True)
        return self.signed_by(agreement, self.liaison, own=False)

    def day(self, days: int) -> date:
        return self.today + timedelta(days=days)
