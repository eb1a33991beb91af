"""A small city with a charity, its drive, stations that keep goods, and a donor."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from shegong.kernel import clock
from shegong.linkage.actions.charity import DriveDraft, draft_drive, open_drive
from shegong.linkage.actions.donation import GiftDraft, Giver, Goods, take_donation
from shegong.linkage.actions.gift_use import UseDraft, use_gift
from shegong.linkage.enums import DonorKind, RecipientKind
from shegong.linkage.models import CharityCertificate, Donation, Drive, GiftLot, GiftUse
from shegong.network.models import Organisation, Station
from shegong.network.scope import viewing
from shegong.people.models import Account
from shegong.purchase.models import FiscalYear
from tests.factories import START, World

PERSON = Giver(DonorKind.PERSON, "林小满", "13800000001")


class Gifts:
    """`charity` acts for the charity, `donor` gives in the own name, `head` keeps town A's goods."""

    def __init__(self, world: World) -> None:
        self.world, self.today = world, clock.today()
        FiscalYear.objects.get_or_create(year=self.today.year)
        self.organisation = Organisation.objects.create(name="蓉爱慈善会", kinds=["charity"], since=START)
        self.certificate = CharityCertificate.objects.create(
            organisation=self.organisation, kind="fundraising", number="募0001", authority="市民政局", since=START,
        )  # fmt: skip
        self.city = world.account("city", world.centre)
        self.county = world.account("county", world.hubs["A"])
        self.head = world.account("head", world.towns["A"])
        self.worker = world.account("worker", world.rooms["A1"])
        self.charity = world.account("donor", world.centre)
        self.charity.grants.update(organisation=self.organisation)
        self.donor = world.account("donor", world.centre)
        self.town = world.towns["A"]

    def drafted(self, **more: Any) -> Drive:
        values: dict[str, Any] = {
            "organisation_id": self.organisation.pk, "title": "冬日暖居", "purpose": "为独居老人添置取暖物资",
            "target": Decimal("50000"), "hub_id": self.world.hubs["A"].pk, "since": self.today,
            "until": self.today + timedelta(days=60), "filing_number": f"备{Drive.objects.count() + 1:06}",
            "field_id": self.world.fields["CA"].pk, **more,
        }  # fmt: skip
        with viewing(self.charity.pk) as viewer:
            return draft_drive(DriveDraft(**values), by=viewer, at=clock.now())

    def drive(self, **more: Any) -> Drive:
        drive = self.drafted(**more)
        with viewing(self.charity.pk) as viewer:
            return open_drive(drive, by=viewer, at=clock.now())

    def gives(
        self, drive: Drive, amount: str = "100.00", giver: Giver | None = PERSON, *, reuse: bool = False,
        on: date | None = None, **more: Any,
    ) -> Donation:  # fmt: skip
        draft = GiftDraft(on or self.today, Decimal(amount), giver=giver, may_reuse=reuse or giver is None)
        with viewing(self.charity.pk) as viewer:
            return take_donation(drive, draft, by=viewer, at=clock.now(), **more)

    def brings(
        self, drive: Drive, quantity: int = 10, expires_on: date | None = None, station: Station | None = None,
        giver: Giver | None = PERSON, by: Account | None = None,
    ) -> GiftLot:  # fmt: skip
        goods = [Goods("棉被", "床", quantity, station or self.town, expires_on)]
        draft = GiftDraft(self.today, goods=goods, giver=giver, may_reuse=giver is None)
        with viewing((by or self.charity).pk) as viewer:
            gift = take_donation(drive, draft, by=viewer, at=clock.now())
        return GiftLot.objects.get(donation=gift)

    def uses(self, drive: Drive, by: Account | None = None, **more: Any) -> GiftUse:
        values: dict[str, Any] = {
            "station": self.town, "recipient": RecipientKind.STATION, "field": self.world.fields["CA"], "people": 8,
            "used_on": self.today, "note": "发放", **more,
        }  # fmt: skip
        key = values.pop("key", None)
        with viewing((by or self.head).pk) as viewer:
            return use_gift(drive, UseDraft(**values), by=viewer, at=clock.now(), key=key)
