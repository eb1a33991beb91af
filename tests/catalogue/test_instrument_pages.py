"""Forms by page and by API: import, trying out, putting into use and out of it, export."""

from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client as Browser

from shegong.catalogue.actions import load_standard_catalogue
from shegong.catalogue.models import Instrument
from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.people.models import Account
from tests.api.conftest import Caller, server_role, token_of
from tests.catalogue.books import RICH, workbook
from tests.factories import START, World


@pytest.fixture
def city(world: World) -> Iterator[Account]:
    load_standard_catalogue(START)
    yield world.account("city", world.centre)


def signed_in(account: Account) -> Browser:
    browser = Browser()
    browser.force_login(account, "django.contrib.auth.backends.ModelBackend")
    return browser


def asked(browser: Browser, method: str, path: str, **options: Any) -> Any:
    with server_role():
        return getattr(browser, method)(path, **options)


def sent(browser: Browser, content: bytes) -> Any:
    file = SimpleUploadedFile("form.xlsx", content)
    return asked(browser, "post", "/forms/import/", data={"file": file, "subject": "client", "code": ""})


def test_a_form_is_imported_tried_out_used_and_retired(city: Account) -> None:
    browser = signed_in(city)
    checked = sent(browser, workbook(RICH))
    assert checked.status_code == 200, checked.content.decode()
    sealed = checked.context["sealed"]
    kept = asked(browser, "post", "/forms/import/confirm/", data={"sealed": sealed})
    assert kept["Location"] == "/forms/household/"
    draft = Instrument.objects.get(code="household")
    assert draft.is_draft and draft.name_zh == "家庭情况"
    today = clock.today()
    used = asked(browser, "post", "/forms/household/1/publish/", data={"day": str(today)})
    assert used.status_code == 302, used.content.decode()
    draft.refresh_from_db()
    assert draft.since == today
    assert asked(browser, "post", "/forms/household/1/publish/", data={"day": str(today)}).status_code == 422
    for path in ("/forms/", "/forms/household/", "/forms/household/1/preview/", "/forms/household/1/xlsform/"):
        assert asked(browser, "get", path).status_code == 200, path
    gone = asked(browser, "post", "/forms/household/1/retire/", data={"day": str(today + timedelta(days=1))})
    assert gone.status_code == 302
    verbs = list(Event.objects.filter(kind="instrument").order_by("id").values_list("verb", flat=True))
    assert verbs == ["keep_form_draft", "publish_form", "retire_form"]


def test_faults_are_shown_and_a_check_can_not_be_forged(city: Account) -> None:
    browser = signed_in(city)
    wrong = sent(browser, workbook({"survey": [("type", "name", "label"), ("text", "a b", "甲")]}))
    assert wrong.status_code == 422 and "survey 2 · name" in wrong.content.decode()
    assert sent(browser, b"nothing").status_code == 422
    forged = asked(browser, "post", "/forms/import/confirm/", data={"sealed": "x:y"})
    assert forged["Location"] == "/forms/import/"
    assert not Instrument.objects.filter(code="t").exists()


def test_what_is_left_out_is_listed_before_anything_is_kept(city: Account) -> None:
    content = workbook({
        "survey": [("type", "name", "label"), ("text", "a", "甲"), ("geopoint", "where", "地点")],
        "settings": [("form_title", "form_id"), ("试", "t")],
    })  # fmt: skip
    page = sent(signed_in(city), content).content.decode()
    assert "geopoint" in page and "同意略过以上内容" in page
    caller = Caller(token_of(city))
    body = {"content": b64encode(content).decode()}
    told = caller.post("/instruments", body).json()
    assert told["instrument"] is None and told["findings"][0]["code"] == "type_unused"
    kept = caller.post("/instruments", {**body, "leave_out": True}).json()["instrument"]
    assert (kept["code"], kept["since"], len(kept["document"]["items"])) == ("t", None, 1)


def test_forms_in_the_api(city: Account, world: World) -> None:
    caller, worker = Caller(token_of(city)), Caller(token_of(world.account("worker", world.rooms["A1"])))
    listed = worker.get("/instruments?subject=client&limit=100").json()["items"]
    older = next(each for each in listed if each["code"] == "needs-older")
    exported = worker.get(f"/instruments/{older['id']}/xlsform").json()["content"]
    assert worker.post("/instruments", {"content": exported}).status_code == 403
    assert caller.post("/instruments", {"content": "?"}).status_code == 422
    draft = caller.post("/instruments", {"content": exported}).json()["instrument"]
    assert (draft["version"], draft["document"]) == (2, older["document"])
    tomorrow = str(clock.today() + timedelta(days=1))
    used = caller.post(f"/instruments/{draft['id']}/publish", {"since": tomorrow})
    assert used.status_code == 200 and used.json()["since"] == tomorrow
    assert str(Instrument.objects.get(code="needs-older", version=1).until) == tomorrow
    assert caller.get(f"/instruments/{older['id']}").json()["until"] == tomorrow


def test_only_the_city_and_administrators_keep_forms(city: Account, world: World) -> None:
    browser = signed_in(world.account("head", world.towns["A"]))
    assert asked(browser, "get", "/forms/needs-older/").status_code == 200
    assert asked(browser, "get", "/forms/import/").status_code == 403
    day = {"day": str(clock.today())}
    assert asked(browser, "post", "/forms/needs-older/1/retire/", data=day).status_code == 403


def test_two_versions_are_never_in_force_at_once(city: Account) -> None:
    values = {"name_zh": "表", "name_en": "Form", "definition": {}, "code": "needs-older", "version": 2}
    with pytest.raises(IntegrityError), transaction.atomic():
        Instrument.objects.create(**values, since=clock.today())
    assert Instrument.objects.create(**values).is_draft


# The editor


EDIT = "/forms/needs-older/edit/"


def opened(browser: Browser) -> Any:
    return asked(browser, "get", EDIT)


def pressed(browser: Browser, page: Any, do: str, **typed: str) -> Any:
    """A button pressed on a page of the editor, with its open panel as it was but for what is typed."""
    panel, work = page.context["panel"], page.context["work"]
    data = {name: panel[name].value() for name in panel.fields}
    data = {
        name: "on" if value is True else str(value) for name, value in data.items() if value not in ("", False, None)
    }
    data |= {
        "sealed": work.sealed(),
        "do": do,
        **{f"part-{name.replace('__', '-')}": value for name, value in typed.items()},
    }
    return asked(browser, "post", EDIT, data={name: value for name, value in data.items() if value})


def test_the_editor_makes_a_draft_and_what_was_filled_in_before_keeps_its_version(city: Account) -> None:
    browser = signed_in(city)
    before = Instrument.objects.get(code="needs-older")
    page = opened(browser)
    assert page.status_code == 200 and "吃饭、穿衣、洗漱" in page.content.decode()
    page = pressed(browser, page, "open:lists.able", zh="老年人需求评估表（新）")
    page = pressed(browser, page, "up:items[0].items[2]", **{"1__score": "2"})
    page = pressed(
        browser, page, "ask:items[0].items", **{"kind-items[0].items": "x"}
    )  # no kind chosen: nothing happens
    page = asked(browser, "post", EDIT, data={
        "sealed": page.context["work"].sealed(), "do": "ask:items[0].items", "kind-items[0].items": "integer",
        **{name: str(value) for name, value in page.context["panel"].initial.items() if value not in ("", False)},
    })  # fmt: skip
    assert page.context["work"].open.startswith("items[0].items["), page.content.decode()
    wrong = pressed(browser, page, "save:")
    assert wrong.status_code == 422 and Instrument.objects.filter(code="needs-older").count() == 1
    assert list(wrong.context["panel"].errors) == ["part-label-zh"] and "缺少文字" in wrong.content.decode()
    page = pressed(
        browser, wrong, "save:", label__zh="一周下楼几次", label__en="Times downstairs a week", required="on"
    )
    assert page.status_code == 302 and page["Location"] == "/forms/needs-older/", page.content.decode()
    draft = Instrument.objects.get(code="needs-older", version=2)
    assert draft.is_draft and draft.name_zh == "老年人需求评估表（新）"
    items = draft.definition["items"][0]["items"]
    was = before.definition["items"][0]["items"]
    assert items[1]["name"] == was[2]["name"] and items[-1]["label"]["zh"] == "一周下楼几次"
    assert (items[-1]["kind"], items[-1]["required"]) == ("integer", "true()")
    assert draft.definition["lists"]["able"][1]["score"] == 2
    assert Instrument.objects.get(pk=before.pk).definition == before.definition
    tomorrow = clock.today() + timedelta(days=1)
    used = asked(browser, "post", "/forms/needs-older/2/publish/", data={"day": str(tomorrow)})
    assert used.status_code == 302, used.content.decode()
    before.refresh_from_db()
    assert before.until == tomorrow
    assert Event.objects.filter(verb="keep_form_draft", object_id=str(draft.pk)).exists()


def test_what_was_removed_comes_back_and_a_question_that_is_needed_is_missed(city: Account) -> None:
    browser = signed_in(city)
    page = pressed(browser, opened(browser), "remove:items[1].items[2]")
    assert "撤销刚才的移除" in page.content.decode()
    wrong = pressed(browser, page, "save:")
    assert wrong.status_code == 422 and "没有名为“carer”的题目" in wrong.content.decode()
    back = pressed(browser, page, "undo:")
    assert back.context["work"].document == Instrument.objects.get(code="needs-older").definition


def test_two_who_change_the_same_form_don_t_write_over_one_another(city: Account) -> None:
    browser = signed_in(city)
    mine, other = opened(browser), opened(browser)
    assert pressed(browser, mine, "save:", zh="甲").status_code == 302
    late = pressed(browser, other, "save:", zh="乙")
    assert late.status_code == 409 and "刚被别人改过" in late.content.decode()
    assert Instrument.objects.get(code="needs-older", version=2).name_zh == "甲"


def test_the_editor_takes_only_what_it_gave_out_and_only_from_keepers(city: Account, world: World) -> None:
    browser = signed_in(city)
    for sealed in ("", "x", "x" * 100_000):
        back = asked(browser, "post", EDIT, data={"sealed": sealed, "do": "save:"})
        assert back.status_code == 302 and back["Location"] == EDIT
    page = opened(browser)
    for do in (
        "",
        "up:title",
        "remove:languages[0]",
        "open:items",
        "row:title",
        "nothing",
        "open:lists.无",
        "up:items[99]",
    ):
        assert pressed(browser, page, do).status_code == 200, do
    assert pressed(browser, page, "save:", zh="\0").status_code == 422
    assert asked(browser, "get", "/forms/none/edit/").status_code == 404
    for role in ("worker", "head", "county", "dpo"):
        assert asked(signed_in(world.account(role, world.hubs["A"])), "get", EDIT).status_code == 403
