"""The files of groups and activities on paper, and the family's pictures in a case's file."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.network.scope import viewing
from shegong.practice.actions import activity as activities
from shegong.practice.actions import activity_guests as guests
from shegong.practice.actions.activity_guests import Gift
from shegong.practice.actions.family import save_family
from shegong.practice.models import GroupMember, SocialGroup
from shegong.practice.queries import paper as queries
from shegong.practice.rules.activity import Turnout
from tests.practice.county import County
from tests.practice.families import three_generations
from tests.practice.gatherings import (
    activity_held,
    approved,
    held,
    joined,
    planned_activity,
    planned_session,
    proposed,
)
from tests.practice.test_attachment import agreed, of_activity
from tests.practice.test_client_pages import signed_in
from tests.practice.test_paper import asked, case_of, made, words_of


def group_at_work(county: County) -> SocialGroup:
    """Two members, one session held, one to come."""
    group = approved(county)
    came, absent = county.client("王秀英"), county.client("李国强")
    for member, before, after in zip(joined(county, group, [came, absent]), (3, 4), (6, 8), strict=True):
        GroupMember.objects.filter(pk=member.pk).update(
            pre_score=before, post_score=after, outcome="improved", outcome_note="愿意开口"
        )
    held(county, planned_session(county, group), came=[came], absent=[absent])
    planned_session(county, group, "transition", title="冲突怎么办")
    return group


def test_a_groups_file_says_it_from_proposal_to_summary(county: County) -> None:
    group = group_at_work(county)
    SocialGroup.objects.filter(pk=group.pk).update(
        state="closed", closed_on=clock.today(), closed_by=county.worker, outcome="家长学会了倾听", satisfaction="4.60"
    )
    reader = made(county.worker, "group", group.pk)
    words = words_of(reader)
    for expected in (
        "小组档案",
        group.title,
        group.aim,
        "120.00元",
        "200.50元",
        "审批人",
        "组员招募与筛选",
        "入组",
        "王秀英",
        "李国强",
        "1/2",
        "破冰游戏，订立小组约定。",
        "生病",
        "冲突怎么办",
        "亲子沟通满意度（0至10分，分数越高越好）",
        "平均由3.5到7.0",
        "愿意开口",
        "家长学会了倾听",
        "4.60/5",
        "签到表",
        "组员第1节第2节",
        "实际支出",
        "签章",
    ):
        assert expected in words, expected
    assert all("打印" in page.extract_text() for page in reader.pages)
    event = Event.objects.get(verb="print_paper")
    assert (event.kind, event.object_id) == ("socialgroup", str(group.pk))


def test_a_draft_is_printed_as_far_as_it_goes(county: County) -> None:
    words = words_of(made(county.worker, "group", proposed(county, measure_name="", budget=()).pk))
    assert "没有人报名" in words and "还没有安排节次" in words
    assert "预算与支出" not in words and "小组总结" not in words and "前后测与成效" not in words


def test_a_restricted_member_is_not_printed_by_who_may_not_see_her(county: County) -> None:
    group = group_at_work(county)
    hidden = county.client("赵敏", groups=["drug"])
    GroupMember.objects.create(
        hub_id=group.hub_id, station_id=group.station_id, social_group=group, client=hidden, state="accepted",
        applied_on=clock.today(),
    )  # fmt: skip
    words = words_of(made(county.worker, "group", group.pk))
    assert "王秀英" in words and hidden.name not in words


def test_an_activitys_file_says_it_from_plan_to_summary(county: County) -> None:
    client, activity = county.client(), planned_activity(county)
    agreed(county, client)
    gift = Gift(kind="goods", what="矿泉水十箱", linked_on=clock.today(), giver="惠民超市")
    with viewing(county.worker.pk) as viewer:
        guests.sign_up_client(activity, client.pk, by=viewer, at=clock.now())
        guests.sign_up_resident(activity, "刘大爷", "13900000001", by=viewer, at=clock.now())
        guests.link_resource(activity, gift, by=viewer, at=clock.now())
    turnout = Turnout((client.pk,), (), 12, {"f60": 7, "m60": 2})
    activity = activity_held(county, activity, turnout=turnout)
    of_activity(county, activity, caption="广场合影")
    with viewing(county.worker.pk) as viewer:
        summary = activities.ActivitySummary(outcome="邻居互相认识了", feedback="希望常办", satisfaction=None)
        activities.close_activity(activity, summary, by=viewer, at=clock.now())
    words = words_of(made(county.worker, "activity", activity.pk))
    for expected in (
        "社区活动档案",
        activity.title,
        activity.purpose,
        "300.00元",
        "不需审批",
        client.name,
        "刘大爷",
        "13人",
        "女60岁及以上7",
        "游园顺利，居民踊跃。",
        "惠民超市",
        "矿泉水十箱",
        "照片与附件清单",
        "广场合影",
        "邻居互相认识了",
        "希望常办",
    ):
        assert expected in words, expected


def test_a_residents_number_is_printed_whole_only_when_asked_for(county: County) -> None:
    activity = planned_activity(county)
    with viewing(county.worker.pk) as viewer:
        guests.sign_up_resident(activity, "刘大爷", "13900000001", by=viewer, at=clock.now())
    hidden = words_of(made(county.worker, "activity", activity.pk))
    assert "刘大爷" in hidden and "13900000001" not in hidden
    assert "13900000001" in words_of(made(county.worker, "activity", activity.pk, reveals=True))


def test_nobody_elsewhere_prints_them(county: County) -> None:
    for kind, key in (("group", proposed(county).pk), ("activity", planned_activity(county).pk)):
        for account in (county.stranger, county.neighbour, county.city):
            with pytest.raises(Problem) as refused:
                asked(account, kind, key)
            assert refused.value.status in (403, 404)
        assert signed_in(county.stranger).get(f"/papers/new/{kind}/{key}/").status_code == 404
        assert asked(county.officer, kind, key).state == "queued"


def test_they_are_printed_from_their_pages(county: County) -> None:
    browser = signed_in(county.worker)
    for kind, folder, key in (
        ("group", "groups", proposed(county).pk),
        ("activity", "activities", planned_activity(county).pk),
    ):
        address = f"/papers/new/{kind}/{key}/"
        assert address in browser.get(f"/{folder}/{key}/").content.decode()
        sheet = browser.get(address)
        assert sheet.status_code == 200 and ("reveals" in sheet.context["form"].fields) == (kind == "activity")
        assert f'href="/{folder}/{key}/"' in sheet.content.decode()


def test_a_groups_queries_do_not_grow_with_its_sessions(county: County) -> None:
    group = group_at_work(county)

    def count() -> int:
        with viewing(county.worker.pk) as viewer, CaptureQueriesContext(connection) as found:
            assert queries.group_paper(viewer, group.pk) is not None
        return len(found)

    few = count()
    members = [each.client for each in GroupMember.objects.filter(social_group=group).select_related("client")]
    for _more in range(2):
        held(county, planned_session(county, group, "transition"), came=members)
    assert count() == few <= 8


def test_a_case_file_holds_the_familys_pictures(county: County) -> None:
    client = county.client()
    case = case_of(county, client)
    bare = words_of(made(county.worker, "case", case.pk))
    assert "家系图" not in bare and "生态图" not in bare
    with viewing(county.worker.pk) as viewer:
        save_family(client, three_generations(client), by=viewer, at=clock.now())
    words = words_of(made(county.worker, "case", case.pk))
    for expected in ("家系图", "生态图", "王建国", "高血压", "实验小学"):
        assert expected in words, expected
    with viewing(county.worker.pk) as viewer:
        save_family(
            client, replace(three_generations(client), systems=(), ties=()), by=viewer, at=clock.now(), version=1
        )
    assert "生态图" not in words_of(made(county.worker, "case", case.pk))
