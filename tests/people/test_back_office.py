"""The back office: administrators only, in their scope, every change journalled."""

import re
from datetime import date

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection

from shegong.journal.models import Event
from shegong.network.models import Grant, Organisation, Station, StationStage
from shegong.network.scope import viewing
from shegong.people.backoffice import BackOffice, JournalledAdmin
from shegong.people.models import Account
from shegong.practice.models import SpecialDay
from tests.factories import World
from tests.house.test_wall import IMPERSONAL
from tests.people.conftest import Browser, with_password


@pytest.fixture
def office(browser: Browser, world: World) -> Browser:
    """An administrator's browser."""
    administrator = with_password(world.account("admin", world.centre))
    browser.type_password(administrator.username)
    return browser


def test_the_way_in_is_our_own_sign_in_page(browser: Browser, world: World) -> None:
    first = browser.get("/admin/")
    assert first.status_code == 302
    assert browser.get(first.headers["Location"]).headers["Location"].startswith("/accounts/sign-in/?next=/admin/")


@pytest.mark.parametrize("role", ["worker", "head", "county", "city", "dpo"])
def test_other_roles_are_refused_even_with_djangos_flags(browser: Browser, world: World, role: str) -> None:
    account = with_password(world.account(role, world.centre, is_staff=True, is_superuser=True))
    browser.type_password(account.username)
    for address in ("/admin/", "/admin/people/account/", f"/admin/people/account/{account.pk}/one-time-password/"):
        answer = browser.get(address, follow=True)
        assert answer.status_code == 403, address


def test_every_page_opens(office: Browser, world: World) -> None:
    worker = world.worker(world.rooms["A1"])
    rows = {"account": Account.objects.first(), "station": world.rooms["A1"], "worker": worker,
            "grant": Grant.objects.first(), "stationstage": StationStage.objects.first()}  # fmt: skip
    assert office.get("/admin/").status_code == 200
    for model, options in admin.site._registry.items():
        base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        assert office.get(base).status_code == 200, base
        if options.search_fields:
            assert office.get(base, {"q": "社"}).status_code == 200, base
        addable = getattr(options, "addable", True)
        assert office.get(f"{base}add/").status_code == (200 if addable else 403), base
        row = rows.get(str(model._meta.model_name))
        if row is not None:
            assert office.get(f"{base}{row.pk}/change/").status_code == 200, base


def test_no_client_can_be_reached(office: Browser, world: World) -> None:
    world.client(world.rooms["A1"], name="李不可见")
    registered = {model._meta.app_label for model in admin.site._registry}
    assert registered == {"people", "network", "catalogue", "workforce", "purchase", "practice", "indicators"}
    assert [model for model in admin.site._registry if model._meta.app_label == "practice"] == [SpecialDay]
    administrator = Account.objects.get(username__startswith="admin")
    with viewing(administrator.pk), connection.cursor() as cursor:
        for table in {model._meta.db_table for model in apps.get_app_config("practice").get_models()} - IMPERSONAL:
            cursor.execute("SELECT has_table_privilege(%s, 'SELECT')", [table])
            if cursor.fetchone() == (True,):
                cursor.execute(f"SELECT count(*) FROM {table}")
                assert cursor.fetchone() == (0,), table


def test_what_is_not_journalled_is_not_registered() -> None:
    site = BackOffice()
    site.register(Station, admin.ModelAdmin)
    assert not site.is_registered(Station)
    site.register(Station, JournalledAdmin)
    assert site.is_registered(Station)


def test_an_account_is_made_and_given_a_one_time_password(office: Browser, world: World) -> None:
    office.post("/admin/people/account/add/", {
        "username": "newcomer", "display_name": "新人", "email": "", "language": "zh-hans", "is_active": "on",
    })  # fmt: skip
    account = Account.objects.get(username="newcomer")
    assert not account.has_usable_password()
    page = office.get(f"/admin/people/account/{account.pk}/change/").content.decode()
    assert account.password not in page
    url = f"/admin/people/account/{account.pk}/one-time-password/"
    assert 'class="secret"' not in office.get(url).content.decode()
    account.refresh_from_db()
    assert not account.has_usable_password()
    answer = office.post(url)
    assert "no-store" in answer.headers["Cache-Control"]
    once = re.search(r"<code class=\"secret\">([\w-]+)</code>", answer.content.decode())[1]  # type: ignore[index]
    assert Browser().type_password("newcomer", once).headers["Location"] == "/accounts/sign-in/new-password/"
    events = list(Event.objects.filter(object_id=str(account.pk)).order_by("id").values_list("verb", "detail"))
    assert [verb for verb, _ in events] == ["add", "set_one_time_password"]
    assert once not in str(events)


def test_granting_and_ending_a_role_is_journalled(office: Browser, world: World, worker: Account) -> None:
    values = {
        "account": worker.pk,
        "role": "head",
        "station": world.towns["A"].pk,
        "organisation": "",
        "since": "2024-01-01",
    }
    assert office.post("/admin/network/grant/add/", {**values, "until": ""}).status_code == 302
    grant = Grant.objects.get(account=worker, role="head")
    assert office.post(f"/admin/network/grant/{grant.pk}/change/", {**values, "until": "2024-06-01"}).status_code == 302
    overlap = office.post("/admin/network/grant/add/", {**values, "since": "2024-02-01", "until": ""})
    assert overlap.status_code == 200
    assert "errorlist" in overlap.content.decode()
    assert office.post(f"/admin/network/grant/{grant.pk}/delete/", {"post": "yes"}).status_code == 302
    events = Event.objects.filter(kind="grant").order_by("id").values_list("verb", "object_id", "detail")
    assert list(events) == [
        ("add", str(grant.pk), {"fields": ["account", "role", "station", "since"], "via": "admin"}),
        ("change", str(grant.pk), {"fields": ["until"], "via": "admin"}),
        ("delete", str(grant.pk), {"via": "admin"}),
    ]


def test_accounts_and_stations_are_never_deleted(office: Browser, world: World, worker: Account) -> None:
    assert office.post(f"/admin/people/account/{worker.pk}/delete/", {"post": "yes"}).status_code == 403
    assert office.post(f"/admin/network/station/{world.rooms['A1'].pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_stations_present_stage_follows_its_stages(office: Browser, world: World) -> None:
    room = world.rooms["A1"]
    stage = StationStage.objects.get(station=room)
    values = {"station": room.pk, "stage": "running", "since": "2022-01-01", "until": "2025-01-01", "reason": ""}
    assert office.post(f"/admin/network/stationstage/{stage.pk}/change/", values).status_code == 302
    values = {"station": room.pk, "stage": "suspended", "since": "2025-01-01", "until": "", "reason": "装修"}
    assert office.post("/admin/network/stationstage/add/", values).status_code == 302
    room.refresh_from_db()
    assert room.stage == "suspended"


def test_kinds_of_an_organisation_are_ticked(office: Browser, world: World) -> None:
    values = {"name": "某中心", "kinds": ["agency", "charity"], "credit_code": "", "since": "2020-01-01", "until": ""}
    assert office.post("/admin/network/organisation/add/", values).status_code == 302
    made = Organisation.objects.get(name="某中心")
    assert (made.kinds, made.credit_code, made.since) == (["agency", "charity"], None, date(2020, 1, 1))


def test_a_lost_phone_is_helped_and_signing_out_works(office: Browser, worker: Account) -> None:
    from django_otp.plugins.otp_totp.models import TOTPDevice

    TOTPDevice.objects.create(user=worker, name="totp", confirmed=True)
    assert office.post(f"/admin/people/account/{worker.pk}/second-factor/").status_code == 302
    assert not TOTPDevice.objects.exists()
    assert Event.objects.filter(verb="remove_second_factor", object_id=str(worker.pk)).count() == 1
    assert office.post("/admin/logout/").headers["Location"] == "/accounts/sign-in/"
    assert office.get("/admin/").status_code == 302
