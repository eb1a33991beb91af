"""The design system's tags: what they show, what they escape, and that nothing inline slips in."""

import json
import re
from datetime import UTC, date, datetime
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

EVIL = "<script>alert('x')</script>\"'"
MOMENT = datetime(2022, 7, 3, 6, 30, tzinfo=UTC)


def shown(source: str, **context: Any) -> str:
    """A piece of template, rendered with the tags loaded."""
    return Template("{% load shegong %}" + source).render(Context(context))


def words(html: str) -> str:
    """The text a reader sees, spaces made one."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


class Entry(forms.Form):
    name = forms.CharField(label="姓名", help_text="按身份证上的写", max_length=5)
    phone = forms.CharField(label="电话", required=False)
    sex = forms.ChoiceField(label="性别", choices=[("1", "男"), ("2", "女")], widget=forms.RadioSelect)
    groups = forms.MultipleChoiceField(
        label="人群", choices=[("1", "老年人")], widget=forms.CheckboxSelectMultiple, required=False
    )
    town = forms.ChoiceField(label="社区", choices=[("1", "双楠")])
    agree = forms.BooleanField(label="同意")
    key = forms.CharField(widget=forms.HiddenInput, required=False)


TAGS = [
    "{% icon name %}",
    "{% icon 'lock' 'small' name %}",
    "{% chip name 'danger' name %}",
    "{% quiet_lock name %}",
    "{% toast name %}",
    "{% watermark name %}",
    "{% number_card name 5 name base=name target=9 change_label=name change=1 href=name note=name %}",
    "{% progress_line name 1 2 unit=name %}",
    "{% breadcrumb entries %}",
    "{% tabs entries name %}",
    "{% filters entries name %}",
    "{% empty_state name name action=name href=name icon_name=name %}",
    "{% masked_value name name label=name %}",
    "{% revealed_value name name %}",
    "{% timeline_item title=name at=at by=name icon_name=name href=name %}{{ name }}{% endtimeline_item %}",
    "{% chart 'bars' name data note=name %}",
]


@pytest.mark.parametrize("tag", TAGS)
def test_what_people_typed_never_becomes_markup(tag: str) -> None:
    entries = [{"title": EVIL, "url": EVIL, "active": True, "count": 3}]
    data = {"unit": EVIL, "rows": [{"name": EVIL, "value": 1, "href": EVIL}]}
    html = shown(tag, name=EVIL, entries=entries, at=MOMENT, data=data)
    assert "<script>alert" not in html
    assert "alert" in html


@pytest.mark.parametrize("tag", TAGS)
def test_nothing_inline_that_the_content_policy_would_refuse(tag: str) -> None:
    entries = [{"title": "A", "url": "/a"}]
    html = shown(tag, name="x", entries=entries, at=MOMENT, data={"rows": []})
    assert not re.search(r"\sstyle=|\son\w+=|javascript:", html)
    assert not re.search(r"<script(?! id=\"[^\"]+\" type=\"application/json\")", html)


def test_a_decorative_icon_is_hidden_and_one_with_a_label_speaks() -> None:
    assert 'aria-hidden="true"' in shown("{% icon 'visit' %}")
    assert 'role="img" aria-label="打电话"' in shown("{% icon 'call' '' '打电话' %}")
    assert "dist/icons.svg#visit" in shown("{% icon 'visit' %}")


class TestNumberCard:
    def test_value_base_target_change_and_time(self) -> None:
        html = shown(
            "{% number_card '覆盖' 95.3 '%' base='2,904 / 3,047' target=100 change=-1.25 href='/rooms' as_of=at %}",
            at=MOMENT,
        )
        text = words(html)
        assert "95.3 %" in text
        assert "基数 2,904 / 3,047" in text
        assert "目标 100%" in text
        assert "比去年同期 1.25" in text
        assert 'aria-label="减少"' in html
        assert '<a href="/rooms">覆盖</a>' in html
        assert 'title="2022年7月3日 14:30"' in html
        assert 'class="progress-done" width="95.3%"' in html

    def test_an_unknown_value_is_a_dash_that_is_also_spoken(self) -> None:
        html = shown("{% number_card '资金' value '万元' target=9 %}", value=None)
        assert "—" in html
        assert "暂无数据" in html
        assert "progress-done" not in html

    def test_zero_is_a_value(self) -> None:
        assert words(shown("{% number_card '人' 0 '人' change=0 %}")) == "人 0 人 比去年同期 持平"

    def test_the_bar_stops_at_its_ends_and_marks_the_target(self) -> None:
        html = shown("{% number_card 'x' 130 '%' target=60 %}")
        assert 'width="100.0%"' in html
        assert 'x1="60.0%"' in html
        assert 'width="0.0%"' in shown("{% number_card 'x' -5 '%' target=60 %}")

    def test_widths_keep_their_point_in_every_language(self) -> None:
        with translation.override("en"):
            html = shown("{% number_card 'x' 12.5 '%' target=60 %}")
        assert 'width="12.5%"' in html
        assert "Target 60" in words(html)


def test_progress_takes_the_accent_when_it_is_behind() -> None:
    assert "progress-late" in shown("{% progress_line '个案' 12 40 expected=20 %}")
    assert "progress-late" not in shown("{% progress_line '个案' 22 40 expected=20 %}")
    assert "30%" in shown("{% progress_line '个案' 12 40 %}")
    assert words(shown("{% progress_line '个案' 0 0 %}")) == "个案 0 / 0 —"


class TestForms:
    def test_label_hint_and_error_belong_to_the_field(self) -> None:
        html = shown("{% field form.name %}", form=Entry({"name": ""}))
        assert '<label class="field-label" for="id_name">姓名</label>' in html
        assert 'aria-invalid="true"' in html
        described = re.search(r'aria-describedby="([^"]+)"', html)
        assert described is not None
        for target in described[1].split():
            assert f'id="{target}"' in html
        assert "form-control" in html

    def test_what_was_typed_is_kept_and_escaped(self) -> None:
        html = shown("{% field form.name %}", form=Entry({"name": EVIL}))
        assert "&lt;script&gt;" in html
        assert "<script>" not in html

    def test_optional_fields_say_so(self) -> None:
        assert "选填" in shown("{% field form.phone %}", form=Entry())
        assert "选填" not in shown("{% field form.name %}", form=Entry())

    def test_choices_are_a_named_group_of_whole_line_targets(self) -> None:
        html = shown("{% field form.sex 'inline' %}", form=Entry({"sex": "2"}))
        assert "<fieldset" in html
        assert "<legend" in html
        assert html.count('<label class="choice">') == 2
        assert re.search(r'value="2"[^>]*checked', html)
        assert "choices-inline" in html

    def test_a_single_box_stands_before_its_label(self) -> None:
        html = shown("{% field form.agree %}", form=Entry())
        assert html.index('type="checkbox"') < html.index("同意")

    def test_the_whole_form(self) -> None:
        form = Entry({"name": "超过五个字的姓名", "key": "k1"})
        form.add_error(None, "已有同名的人。")
        html = str(form)
        assert html.index("data-error-summary") < html.index("id_name")
        assert 'type="hidden" name="key" value="k1"' in html
        assert "已有同名的人。" in html
        assert "form-select" in html

    def test_the_summary_leads_to_every_field_that_has_an_error(self) -> None:
        form = Entry({})
        html = shown("{% error_summary form %}", form=form)
        targets = re.findall(r'href="#([^"]+)"', html)
        assert targets == ["id_name", "id_sex_0", "id_town", "id_agree"]
        whole = str(form)
        for target in targets:
            assert f'id="{target}"' in whole
        assert "有 4 处需要改" in html

    def test_no_summary_without_errors(self) -> None:
        assert shown("{% error_summary form %}", form=Entry()).strip() == ""

    def test_english(self) -> None:
        with translation.override("en"):
            assert "There are 4 things to correct" in shown("{% error_summary form %}", form=Entry({}))
            assert "optional" in shown("{% field form.phone %}", form=Entry())


class TestNavigation:
    @staticmethod
    def entries(count: int) -> list[dict[str, Any]]:
        return [{"title": f"页{n}", "url": f"/{n}", "icon": "home", "active": n == 1} for n in range(count)]

    def bar(self, count: int, record_url: str = "") -> list[str]:
        """What stands in a phone's bar, in order."""
        html = shown("{% main_navigation %}", navigation=self.entries(count), record_url=record_url)
        items = re.findall(r"<li(?: class=\"([^\"]+)\")?>(.*?)</li>", html, re.S)
        return [words(body).split()[0] for kind, body in items if kind not in ("nav-rest", "nav-heading")]

    def test_four_entries_stand_round_the_record_button(self) -> None:
        assert self.bar(4, "/record") == ["页0", "页1", "记录", "页2", "页3"]

    def test_more_than_four_go_under_more(self) -> None:
        assert self.bar(7, "/record") == ["页0", "页1", "记录", "页2", "更多"]

    def test_without_a_record_button_there_is_room_for_five(self) -> None:
        assert self.bar(5) == ["页0", "页1", "页2", "页3", "页4"]
        assert self.bar(6) == ["页0", "页1", "页2", "页3", "更多"]

    @pytest.mark.parametrize("count", range(1, 9))
    @pytest.mark.parametrize("record_url", ["", "/record"])
    def test_never_more_than_five_and_every_entry_once_on_wide_screens(self, count: int, record_url: str) -> None:
        assert len(self.bar(count, record_url)) <= 5
        html = shown("{% main_navigation %}", navigation=self.entries(count), record_url=record_url)
        wide = re.sub(r'<li class="nav-more">.*', "", html, flags=re.S)
        assert all(wide.count(f'href="/{n}"') == 1 for n in range(count))

    def test_the_present_page_is_marked(self) -> None:
        html = shown("{% main_navigation %}", navigation=self.entries(3))
        assert re.findall(r'href="(/\d)" aria-current="page"', html) == ["/1"]

    def test_a_section_is_headed_once_in_the_list_and_where_it_begins_under_more(self) -> None:
        entries = self.entries(9)
        for number, section in enumerate(["", "", "甲", "甲", "甲", "甲", "乙", "乙", "乙"]):
            entries[number]["section"] = section
        html = shown("{% main_navigation %}", navigation=entries, record_url="/record")
        assert re.findall(r'<li class="nav-heading">(.*?)</li>', html) == ["甲", "乙"]
        assert re.findall(r'<p class="menu-heading">(.*?)</p>', html) == ["甲", "乙"]
        assert html.index("nav-record") < html.index('<li class="nav-heading">甲') < html.index('href="/2"')

    def test_no_navigation_no_element(self) -> None:
        assert shown("{% main_navigation %}").strip() == ""


def test_the_pager_keeps_the_other_parameters() -> None:
    request = RequestFactory().get("/clients", {"q": "李 & 王", "cursor": "old"})
    page = SimpleNamespace(next_cursor="n/1", previous_cursor=None)
    html = shown("{% pager page %}", request=request, page=page)
    assert 'href="?q=%E6%9D%8E+%26+%E7%8E%8B&amp;cursor=n%2F1"' in html
    assert "上一页" not in html
    assert shown("{% pager page %}", page=SimpleNamespace(next_cursor=None)).strip() == ""


def test_times_in_templates_are_exact_on_hover() -> None:
    assert shown("{{ at|when }}", at=MOMENT) == (
        '<time datetime="2022-07-03T14:30+08:00" title="2022年7月3日 14:30">2022年7月</time>'
    )
    assert 'datetime="2022-07-03"' in shown("{{ at|day }}", at=date(2022, 7, 3))
    assert words(shown("{{ at|clock }} {{ at|day }} {{ at|month }}", at=MOMENT)) == "14:30 2022年7月3日 2022年7月"


@pytest.mark.parametrize(
    "name", ["when", "day", "clock", "month", "number", "money", "money_short", "percent", "duration"]
)
def test_nothing_reads_as_a_dash(name: str) -> None:
    assert shown("{{ x|" + name + " }}", x=None) == "—"


def test_numbers_missing_from_a_row_read_as_a_dash() -> None:
    assert shown("{{ row.nowhere|number }}", row={}) == "—"


class TestChart:
    def test_the_numbers_are_in_the_table_and_in_the_data(self) -> None:
        rows = [{"name": "锦江区", "value": 81.5, "href": "/j", "base": 120}, {"name": "青羊区", "value": None}]
        html = shown("{% chart 'bars' '一个区未达标' data %}", data={"unit": "%", "rows": rows})
        assert "81.5" in html
        assert '<a href="/j">锦江区</a>' in html
        assert "基数" in html
        assert "—" in html
        held = re.search(r'data-numbers="([^"]+)"', html)
        assert held is not None
        assert json.loads(unescape(held[1]))["rows"] == rows

    def test_a_map_names_its_boundaries_and_lists_its_points(self) -> None:
        data = {"rows": [], "points": [{"name": "高新区", "lon": 104.0, "lat": 30.5, "value": 97}]}
        html = shown("{% chart 'map' 'x' data %}", data=data)
        assert 'data-geo="/static/dist/chengdu.geo.json"' in html
        assert "高新区" in words(html)

    def test_lines_have_a_column_each(self) -> None:
        data = {
            "labels": ["1月", "2月"],
            "series": [{"name": "今年", "values": [1, None]}, {"name": "去年", "values": [3, 4]}],
        }
        html = shown("{% chart 'lines' 'x' data %}", data=data)
        assert re.findall(r'class="figures">([^<]*)</th>', html) == ["今年", "去年"]
        assert re.findall(r'<td class="figures">([^<]*)</td>', html) == ["1", "3", "—", "4"]

    def test_htmx_can_swap_a_chart_in(self) -> None:
        """It takes script elements out of what it swaps in, so that a chart must not need one."""
        assert "<script" not in shown("{% chart 'bars' 'a' data %}", data={"rows": []})


def test_a_masked_value_can_be_asked_for_only_where_there_is_an_address() -> None:
    assert "hx-post" not in shown("{% masked_value '138****1234' %}")
    html = shown("{% masked_value '138****1234' '/clients/1/phone' %}")
    assert 'hx-post="/clients/1/phone"' in html
    assert "13812341234" not in html


@pytest.mark.parametrize("name", ["400", "403", "404", "500", "403_csrf"])
@pytest.mark.parametrize(("language", "home"), [("zh-hans", "回到首页"), ("en", "Go to the home page")])
def test_error_pages_need_nothing_and_speak_both_languages(name: str, language: str, home: str) -> None:
    with translation.override(language):
        html = render_to_string(f"{name}.html")
    assert home in html
    assert f'lang="{language}"' in html
    if language == "en":
        assert not re.search("[一-鿿]", words(html))


@pytest.mark.django_db  # the frame asks which city this is
class TestFrame:
    def page(self, **context: Any) -> str:
        request = RequestFactory().get("/x")
        person = SimpleNamespace(pk=7, is_authenticated=True, get_username="worker")
        return render_to_string("kernel/base.html", {"user": person, **context}, request)

    def test_every_part_shows_when_given(self) -> None:
        html = self.page(
            navigation=TestNavigation.entries(5),
            record_url="/record",
            search_url="/search",
            search_label="搜姓名",
            demo=True,
            authority_name="社会工作部",
            account_name="王小雨",
            sign_out_url="/out",
        )
        for part in ("演示数据，均为模拟", "搜姓名", "主管部门：社会工作部", "王小雨", 'action="/out"', "跳到正文"):
            assert part in html
        assert html.count('hx-get="/record"') == 2

    def test_an_empty_frame_is_still_a_page(self) -> None:
        html = self.page()
        assert '<main id="content"' in html
        assert "演示数据" not in html
        assert 'role="search"' not in html

    def test_nothing_inline(self) -> None:
        html = self.page(navigation=TestNavigation.entries(5), demo=True)
        assert not re.search(r"\sstyle=|\son\w+=", html)
        assert not re.search(r"<script(?![^>]*src=)", html)

    def test_the_chosen_theme_is_there_before_any_script(self) -> None:
        request = RequestFactory().get("/x")
        request.COOKIES["theme"] = "dark"
        assert 'data-bs-theme="dark"' in render_to_string("kernel/plain.html", {}, request)
        request.COOKIES["theme"] = '"><script>'
        assert "data-bs-theme" not in render_to_string("kernel/plain.html", {}, request).split("<head>")[0]


def test_a_sheet_is_a_dialog_for_htmx_and_a_page_otherwise() -> None:
    page = SimpleNamespace(htmx=False, get_full_path="/x")
    assert "<!doctype html>" in render_to_string("kernel/sheet.html", {"request": page})
    page.htmx = True
    assert render_to_string("kernel/sheet.html", {"request": page}).lstrip().startswith("<dialog")
