"""A year of charity in the demonstration city: certificates, drives with what came in, goods at stations, and what it
was used for. The database books money and goods as it does for anybody.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from shegong.catalogue.models import Field
from shegong.config.demo.accounts import Cast
from shegong.config.demo.copying import Table, line
from shegong.config.demo.network import Organisations, Site
from shegong.kernel.ids import uuid7_from
from shegong.linkage.models import (
    CharityCertificate,
    Donation,
    Donor,
    Drive,
    GiftLot,
    GiftReceipt,
    GiftRecipient,
    GiftUse,
)
from shegong.linkage.queries.gift_code import code_digest, code_of, number_of
from shegong.network.enums import Tier
from shegong.practice.models import Client

# What a drive is for, the code of the field of needs, what is brought, its unit, how many days it keeps (0: for good).
THEMES: Final = (
    ("冬日暖居", "为独居和高龄老人添置取暖和防滑用品", ("棉被", "床", 0)),
    ("一餐热饭", "为行动不便的居民送餐，补充米面油", ("大米", "袋", 300)),
    ("书桌计划", "为困境儿童添置书桌、台灯和课外书", ("台灯", "盏", 0)),
    ("微光助学", "资助困难家庭子女学习用品和交通", ("书包", "个", 0)),
    ("安心药箱", "为慢性病居民家庭配备常用护理用品", ("护理包", "套", 240)),
    ("邻里微心愿", "帮助居民实现日常生活里的小心愿", ("生活礼包", "份", 180)),
    ("无障碍改造", "为残疾人家庭加装扶手和坡道", ("扶手", "套", 0)),
    ("应急互助", "帮助突发困难的家庭渡过难关", ("应急包", "份", 360)),
)
USES: Final = ("生活补助", "购买护理用品", "取暖用品", "学习用品", "应急救助", "小组活动物料")
SURNAMES: Final = "陈林赵周吴郑蒋沈韩杨朱秦许何吕施张孔曹严"
GIVEN: Final = ("先生", "女士")
FIRMS: Final = ("爱心企业甲", "爱心企业乙", "社区商户联盟", "街道商会", "某校校友会")
PARTS: Final = (Decimal("0.35"), Decimal("0.60"), Decimal("0.85"))


class GiftMaker:
    """Makes them; the same for the same seed and day."""

    def __init__(self, seed: int, today: date, cast: Cast, organisations: Organisations, *, large: bool) -> None:
        self._rng, self._today, self._cast, self._large = Random(seed + 31), today, cast, large
        self._by = cast.ids["donor"]
        self._charities = organisations.charities
        # The ledger of the year before is closed: a drive's money is this year's.
        self._first = max(date(today.year, 1, 1), today - timedelta(days=350))
        self._fields = list(Field.objects.order_by("pk"))
        self._count = 0
        self._numbers: set[str] = set()

    def _key(self, what: str, on: date) -> UUID:
        self._count += 1
        return uuid7_from(f"gift-{what}-{self._count}", self._at(on))

    def _at(self, on: date) -> datetime:
        return timezone.make_aware(datetime.combine(on, time(10, self._count % 60)))

    def _number(self, key: UUID) -> str:
        """A number that no other gift has, as the action draws it."""
        draws = (number_of(key, draw) for draw in range(9))
        number = next(each for each in draws if each not in self._numbers)
        self._numbers.add(number)
        return number

    def make(self, sites: Sequence[Site]) -> int:
        """Write everything; returns how many donations."""
        with connection.cursor() as cursor:  # an entry and its lines are written one after the other
            cursor.execute("SET CONSTRAINTS purchase_entry_is_whole, linkage_designated_money DEFERRED")
        self._certify()
        drives = self._drives(sites)
        written = self._donations(drives)
        self._goods(drives, sites)
        self._use(drives, sites)
        self._close(drives)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for model in (Donation, GiftUse, Drive):
                cursor.execute(f"ANALYZE {model._meta.db_table}")
        return written

    def _certify(self) -> None:
        rows = []
        for place, charity in enumerate(self._charities):
            for kind, words in (("recognition", "慈认"), ("fundraising", "募字"), ("deduction", "税除")):
                # The last charity's public fundraising has run out.
                over = kind == "fundraising" and place == len(self._charities) - 1 and place > 0
                rows.append(CharityCertificate(
                    id=self._key(kind, self._first), organisation_id=charity, kind=kind,
                    number=f"川A{words}{place + 1:04d}", authority="成都市民政局", since=date(2022, 3, 1),
                    until=self._first if over else None if kind == "recognition" else date(self._today.year + 2, 3, 1),
                ))  # fmt: skip
        CharityCertificate.objects.bulk_create(rows)

    def _drives(self, sites: Sequence[Site]) -> list[Drive]:
        hubs = [site for site in sites if site.tier == Tier.HUB]
        centre = next(site.id for site in sites if site.tier == Tier.CENTRE)
        raising = self._charities[:-1] or self._charities
        span = max((self._today - self._first).days, 1)
        drives = []
        for number in range(60 if self._large else 10):
            title, purpose, _goods = THEMES[number % len(THEMES)]
            since = self._first + timedelta(days=self._rng.randrange(span) * 3 // 4)
            place = hubs[number // 2 % len(hubs)].id if number % 2 else centre
            if number < 3:
                place = (self._cast.hub.id, centre, self._cast.hub.id)[number]
            name = next((site.name for site in hubs if site.id == place), "全市")
            name = name.replace("社会工作服务总站", "").replace("社工总站", "")
            over = number % 5 == 4
            until = min(since + timedelta(days=60), self._today) if over else self._today + timedelta(days=40)
            drives.append(Drive(
                id=self._key("drive", since), title=f"{title}·{name}"[:70],
                organisation_id=raising[0 if number < 3 else number % len(raising)], purpose=purpose,
                filing_number=f"5101{self._today.year}{number + 1:05d}", target=Decimal(30_000 + number % 7 * 20_000),
                hub_id=place, field=self._fields[number % len(self._fields)] if number % 3 else None, since=since,
                until=max(until, since + timedelta(days=1)), state="draft", made_at=self._at(since),
                made_by_id=self._by,
            ))  # fmt: skip
        draft = Drive(
            id=self._key("draft", self._today), title="春节年夜饭·全市", organisation_id=self._charities[0],
            purpose="春节前为独居老人准备年夜饭食材", target=Decimal(60_000), hub_id=centre, since=self._today,
            until=self._today + timedelta(days=60), state="draft", made_at=self._at(self._today), made_by_id=self._by,
        )  # fmt: skip
        Drive.objects.bulk_create([*drives, draft])
        Drive.objects.filter(pk__in=[each.pk for each in drives]).update(state="open")
        return drives

    def _donors(self, drives: Sequence[Drive]) -> dict[int, list[Donor]]:
        made: dict[int, list[Donor]] = {}
        for charity in sorted({each.organisation_id for each in drives}):
            made[charity] = [
                Donor(
                    id=self._key("donor", self._first), charity_id=charity,
                    kind="organisation" if number % 9 == 0 else "person",
                    name=FIRMS[number // 9 % len(FIRMS)] if number % 9 == 0
                    else f"{SURNAMES[number % len(SURNAMES)]}{GIVEN[number % 2]}",
                    made_at=self._at(self._first), made_by_id=self._by,
                )
                for number in range(60 if self._large else 20)
            ]  # fmt: skip
        first = made[drives[0].organisation_id][1]  # gives under an account of their own
        first.account_id = self._cast.ids["donor2"]
        Donor.objects.bulk_create([each for rows in made.values() for each in rows])
        return made

    def _donations(self, drives: Sequence[Drive]) -> int:
        donors, rng = self._donors(drives), self._rng
        rows, receipts, sequence = [], [], dict.fromkeys(self._charities, 0)
        for number in range(20_000 if self._large else 300):
            drive = drives[number % len(drives)]
            days = (min(drive.until, self._today + timedelta(days=1)) - drive.since).days
            on = drive.since + timedelta(days=rng.randrange(days))
            key = self._key("money", on)
            anonymous = rng.random() < 0.4
            donor = None if anonymous else rng.choice(donors[drive.organisation_id])
            consent = "advance" if anonymous or rng.random() < 0.8 else "unasked"
            code = self._number(key)
            named = donor.name if donor and number % 3 == 0 else ""
            amount = rng.choice((5, 10, 20, 20, 50, 50, 100, 100, 200, 500, 1000))
            rows.append(
                line(
                    key,
                    drive.pk,
                    drive.organisation_id,
                    drive.hub_id,
                    donor and donor.pk,
                    named,
                    "money",
                    amount,
                    on,
                    consent,
                    code,
                    code_digest(code, code_of(key)),
                    self._at(on),
                    self._by,
                )
            )
            if donor and number % 10 == 0:
                sequence[drive.organisation_id] += 1
                receipts.append(GiftReceipt(
                    id=self._key("receipt", on), donation_id=key, charity_id=drive.organisation_id, year=on.year,
                    sequence=sequence[drive.organisation_id], payer=donor.name, issued_on=on, issued_at=self._at(on),
                    issued_by_id=self._by,
                ))  # fmt: skip
        columns = ["id", "drive_id", "charity_id", "hub_id", "donor_id", "public_name", "form", "amount", "received_on",
                   "consent", "number", "code_digest", "made_at", "made_by_id"]  # fmt: skip
        written = Table(Donation, columns).copy(rows)
        GiftReceipt.objects.bulk_create(receipts)
        return written

    def _goods(self, drives: Sequence[Drive], sites: Sequence[Site]) -> None:
        rng, gifts, lots = self._rng, [], []
        for number in range(320 if self._large else 24):
            drive = drives[number % len(drives)]
            places = self._places(drive, sites)
            item, unit, keeps = THEMES[drives.index(drive) % len(THEMES)][2]
            station = self._cast.town_id if number < 1 else rng.choice(places).id
            on = drive.since
            key = self._key("goods", on)
            code = self._number(key)
            gifts.append(Donation(
                id=key, drive=drive, charity_id=drive.organisation_id, hub_id=drive.hub_id, form="goods",
                received_on=on, consent="advance", number=code, code_digest=code_digest(code, code_of(key)),
                made_at=self._at(on), made_by_id=self._by,
            ))  # fmt: skip
            lots.append(GiftLot(
                id=self._key("lot", on), donation_id=key, drive=drive, charity_id=drive.organisation_id,
                station_id=station, item=item, unit=unit, quantity=rng.randrange(20, 120),
                value=Decimal(rng.randrange(8, 90) * 50), expires_on=on + timedelta(days=keeps) if keeps else None,
            ))  # fmt: skip
        Donation.objects.bulk_create(gifts)
        GiftLot.objects.bulk_create(lots)
        self._lots = lots

    def _places(self, drive: Drive, sites: Sequence[Site]) -> list[Site]:
        stations = [site for site in sites if site.tier == Tier.STATION]
        here = [site for site in stations if site.hub_id == drive.hub_id]
        return here or stations

    def _use(self, drives: Sequence[Drive], sites: Sequence[Site]) -> None:
        rng, rows = self._rng, []
        places = {site.id: site for site in sites}
        for number, drive in enumerate(drives):
            given = Donation.objects.filter(drive=drive, amount__isnull=False)
            income = given.aggregate(total=Sum("amount"))["total"] or Decimal(0)
            part = Decimal("0.96") if number % 5 == 4 else PARTS[number % 3]
            here, times = self._places(drive, sites), 12 if self._large else 6
            share = (income * part / times).quantize(Decimal("1"))
            for turn in range(times if share else 0):
                rows.append(self._row(drive, rng.choice(here), turn, amount=share))
        for lot in self._lots[:: 1 if self._large else 2]:
            day = min(lot.expires_on or self._today, self._today)
            if day <= lot.drive.since:
                continue
            site = places[lot.station_id]
            rows.append(self._row(lot.drive, site, 2, lot=lot, quantity=max(lot.quantity // 2, 1), until=day))
        GiftUse.objects.bulk_create(rows)
        self._name(rows)

    def _row(
        self, drive: Drive, site: Site, turn: int, *, amount: Decimal | None = None, lot: GiftLot | None = None,
        quantity: int | None = None, until: date | None = None,
    ) -> GiftUse:  # fmt: skip
        days = ((until or self._today) - drive.since).days
        on = drive.since + timedelta(days=self._rng.randrange(days // 2, days + 1))
        waits = (self._today - on).days < 6
        town = site.id if site.tier == Tier.STATION else site.town_id
        whom = ("client", "household", "activity", "station")[3 if lot else turn % 4]
        return GiftUse(
            id=self._key("use", on), drive=drive, form="goods" if lot else "money", hub_id=site.hub_id, town_id=town,
            station_id=site.id, recipient=whom,
            field=drive.field or self._rng.choice(self._fields), amount=amount, lot=lot, quantity=quantity,
            people=1 if turn % 4 == 0 and lot is None else self._rng.randrange(2, 30), used_on=on,
            note=self._rng.choice(USES), acknowledged_on=None if waits else on,
            acknowledged_how="" if waits else "本人或代表签名", made_at=self._at(on), made_by_id=self._by,
        )  # fmt: skip

    def _name(self, rows: Sequence[GiftUse]) -> None:
        """To whom exactly, for gifts to clients: somebody of the station's own files."""
        given = [row for row in rows if row.recipient == "client"]
        files: dict[int, list[UUID]] = {}
        wanted = {row.station_id for row in given}
        found = Client.objects.filter(station_id__in=wanted, restricted_classes=[]).order_by("number")
        for station, key in found.values_list("station_id", "id"):
            files.setdefault(station, []).append(key)
        GiftRecipient.objects.bulk_create(
            GiftRecipient(
                use=row, hub_id=row.hub_id, station_id=row.station_id, client_id=self._rng.choice(files[row.station_id])
            )
            for row in given
            if row.station_id in files
        )  # fmt: skip

    def _close(self, drives: Sequence[Drive]) -> None:
        """Every fifth drive has ended and is being settled."""
        over = [each.pk for number, each in enumerate(drives) if number % 5 == 4]
        Drive.objects.filter(pk__in=over).update(state="ended")
