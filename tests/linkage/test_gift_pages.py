"""Pages of gifts as each side sees them: few queries whatever the rows, errors at the field, nothing for strangers."""

from typing import Any

from django.test import Client as Browser
from django.urls import reverse

from shegong.kernel import clock
from shegong.kernel.typesetting import typeset
from shegong.linkage.models import Donation, Drive, GiftUse, Stock
from shegong.linkage.papers.gift_receipt import RECEIPT
from shegong.linkage.queries.gift_code import code_of
from shegong.network.scope import viewing
from shegong.people.models import Account
from shegong.practice.papers.maker import stamp_of
from tests.appraisal.test_pages import browser
from tests.factories import World, new_key
from tests.linkage.gifts import Gifts


def text(tab: Browser, page: str, *args: Any) -> str:
    answer = tab.get(reverse(f"linkage:{page}", args=args))
    assert answer.status_code == 200, (page, answer.status_code)
    return answer.content.decode()


def sent(tab: Browser, page: str, /, *args: Any, status: int = 302, **values: Any) -> str:
    answer = tab.post(reverse(f"linkage:{page}", args=args), values)
    assert answer.status_code == status, (page, answer.status_code, answer.content.decode()[:3000])
    return answer.content.decode()


def test_from_a_draft_to_a_followed_gift(world: World, django_assert_max_num_queries: Any) -> None:
    place = Gifts(world)
    today = place.today.isoformat()
    charity, head, public, city = (
        browser(place.charity), browser(place.head), Browser(), browser(place.city)
    )  # fmt: skip
    text(charity, "drive-new")
    values: dict[str, Any] = {
        "organisation": place.organisation.pk, "title": "冬日暖居", "purpose": "取暖物资", "target": "1000",
        "hub": world.hubs["A"].pk, "field": world.fields["CA"].pk, "since": today, "until": today,
    }  # fmt: skip
    assert "结束日期" in sent(charity, "drive-new", status=422, **{**values, "until": "2020-01-01"})
    sent(charity, "drive-new", **values)
    drive = Drive.objects.get()
    assert public.get(reverse("linkage:drive", args=[drive.pk])).status_code == 404
    sent(charity, "drive-step", drive.pk, "open", status=422)
    sent(charity, "drive-edit", drive.pk, **values, filing_number="备0009")
    sent(charity, "drive-step", drive.pk, "open")
    gift: dict[str, Any] = {
        "key": new_key(),
        "given_as": "money",
        "received_on": today,
        "kind": "person",
        "name": "林小满",
        "phone": "13800000001",
    }
    assert "金额必须大于零" in sent(charity, "donation-new", drive.pk, status=422, **gift, amount="0")
    for _twice in range(2):
        sent(charity, "donation-new", drive.pk, **gift, amount="300", named="on")
    made = Donation.objects.get()
    goods: dict[str, Any] = {"key": new_key(), "given_as": "goods", "item": "大米", "unit": "袋", "quantity": "5",
             "station": place.town.pk, "received_on": today, "anonymous": "on", "kind": "person"}  # fmt: skip
    assert "匿名捐赠无法退还" in sent(head, "donation-new", drive.pk, status=422, **goods)
    sent(head, "donation-new", drive.pk, **goods, may_reuse="on")
    stock = Stock.objects.get()
    client = world.client(place.town, "周玉兰")
    use: dict[str, Any] = {"key": new_key(), "station": place.town.pk, "recipient": "client", "who": "周玉兰",
                           "people": "1", "field": world.fields["CA"].pk, "used_on": today,
                           "note": "生活补助"}  # fmt: skip
    assert "没有这个受赠对象" in sent(
        head, "drive-use", drive.pk, status=422, **{**use, "who": "无此人", "amount": "9"}
    )
    assert "余款不足" in sent(head, "drive-use", drive.pk, status=422, **use, amount="9000")
    sent(head, "drive-use", drive.pk, **use, amount="120")
    args = (stock.lot_id, stock.station_id)
    assert "库存只有 5" in sent(head, "stock-use", *args, status=422, **{**use, "key": new_key(), "quantity": "6"})
    sent(head, "stock-use", *args, **{**use, "key": new_key(), "quantity": "2"})
    sent(head, "stock-move", *args, key=new_key(), kind="moved", quantity="1", to_station=world.rooms["A1"].key)
    given = GiftUse.objects.get(form="money")
    assert client.name in text(head, "gift-use", given.pk)
    assert client.name not in text(city, "gift-use", given.pk)
    sent(head, "gift-use-acknowledge", given.pk, on=today, how="本人签名")
    sent(charity, "donation-receipt", made.pk, payer="林小满")
    with viewing(place.charity.pk) as viewer:
        said = RECEIPT.values(viewer, made.pk, stamp_of(viewer, clock.now(), reveals=False))
    assert said and typeset("linkage/papers/gift_receipt.typ", said).startswith(b"%PDF")
    assert "叁佰元整" in str(said) and code_of(made.pk)[:4] in str(said)
    sent(charity, "drive-cost", drive.pk, key=new_key(), amount="30", used_on=today, note="平台手续费")
    for tab, who in ((charity, place.charity), (head, place.head), (city, place.city)):
        visit_all(tab, who, drive, made, stock, django_assert_max_num_queries)
    page = text(public, "drive", drive.pk)
    assert "¥300.00" in page and "周玉兰" not in page and "0–5" in page
    assert "林小满" in text(public, "drive-donors", drive.pk)
    sent(public, "follow-gift", status=422, number=made.number, code="12345678")
    followed = sent(public, "follow-gift", status=200, number=made.number, code=code_of(made.pk))
    assert "¥150.00" in followed  # of 300 yuan 150 were used or cost something
    donor = browser(place.donor)
    assert "没有捐赠" in text(donor, "donations")
    sent(donor, "claim-gift", number=made.number, code=code_of(made.pk))
    assert made.number in text(donor, "donations")
    assert "开具收据" not in text(donor, "donation", made.pk)
    sent(charity, "donation-consent", made.pk, agrees="no", how="电话")
    sent(charity, "drive-step", drive.pk, "end")
    sent(charity, "drive-settle", drive.pk)
    assert "还有没用完的款物" in sent(charity, "drive-close", drive.pk, status=422, account="收支如上")
    left = Stock.objects.filter(quantity__gt=0)
    for each in left:
        sent(head, "stock-move", each.lot_id, each.station_id, key=new_key(), kind="disposed",
             quantity=each.quantity, note="破损")  # fmt: skip
    sent(charity, "drive-close", drive.pk, account="收支如上")
    assert "收支如上" in text(public, "drive", drive.pk)


def visit_all(tab: Browser, who: Account, drive: Drive, gift: Donation, stock: Stock, most: Any) -> None:
    """Every page that shows lists, in few queries besides the session's three."""
    is_staff = not who.username.startswith("donor")
    names = ["drives", "donations", "stocks", "charities", *(["gift-uses"] if is_staff else [])]
    for name in names:
        with most(13):
            text(tab, name)
    text(tab, "drive", drive.pk)
    text(tab, "stock", stock.lot_id, stock.station_id)
    if not is_staff or who.username.startswith("city"):
        text(tab, "donation", gift.pk)
