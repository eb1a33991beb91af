"""How content people were with a group or an activity: what they said themselves; what a worker put down only where
nobody said anything, and then it says so: on the pages, in the papers, in the API.
"""

from decimal import Decimal
from typing import Any

import pytest

from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.network.scope import viewing
from shegong.practice.actions import activity as activities
from shegong.practice.actions import groupwork as groups
from shegong.practice.actions.groupwork import Rating
from shegong.practice.models import Activity, Client, GroupMember, SocialGroup
from shegong.practice.queries.gathering import Content, content_of, contents_of
from shegong.practice.rules.evaluation import Opinion
from tests.practice.county import County
from tests.practice.gatherings import activity_held, approved, held, joined, planned_activity, planned_session
from tests.practice.test_client_pages import WRONG, signed_in
from tests.practice.test_evaluation import put
from tests.practice.test_paper import made, words_of


def group_that_met(county: County, clients: list[Client]) -> tuple[SocialGroup, list[GroupMember]]:
    """A group that is ready to be summed up."""
    group = approved(county)
    members = joined(county, group, clients)
    held(county, planned_session(county, group), came=clients)
    with viewing(county.worker.pk) as viewer:
        ratings = {each.pk: Rating(Decimal(3), Decimal(8)) for each in members}
        groups.rate_members(group, ratings, by=viewer, at=clock.now())
    return group, members


def test_evaluations_count_and_a_typed_number_gives_way(county: County) -> None:
    group, members = group_that_met(county, [county.client(name) for name in ("王秀英", "李国强")])
    other = approved(county, title="还没有人评价的小组")
    SocialGroup.objects.filter(pk=group.pk).update(satisfaction=Decimal("2.50"))
    with viewing(county.worker.pk):
        assert content_of(SocialGroup.objects.get(pk=group.pk)) == Content(Decimal("2.50"), 0)
    for member, score in zip(members, (5, 4), strict=True):
        put(county.worker, "group", group.pk, Opinion(score), member_id=member.pk)
    put(county.worker, "group", group.pk, Opinion(5), member_id=members[0].pk)
    with viewing(county.worker.pk):
        group.refresh_from_db()
        assert contents_of([group, other]) == {group.pk: Content(Decimal("4.67"), 3)}
        assert contents_of([]) == {}


def test_nobody_types_over_what_people_said(county: County) -> None:
    activity = activity_held(county, planned_activity(county), walk_ins=9)
    put(county.worker, "activity", activity.pk, Opinion(3))

    def close(**said: Any) -> Activity:
        with viewing(county.worker.pk) as viewer:
            summary = activities.ActivitySummary("邻居互相认识了", **said)
            return activities.close_activity(activity, summary, by=viewer, at=clock.now())

    with pytest.raises(Problem) as caught:
        close(satisfaction=Decimal(5))
    assert (caught.value.code, caught.value.field) == ("satisfaction_evaluated", "satisfaction")
    closed = close()
    assert closed.satisfaction is None
    with viewing(county.worker.pk):
        assert content_of(closed) == Content(Decimal(3), 1)


def test_the_summary_asks_only_where_nobody_evaluated(county: County) -> None:
    group, members = group_that_met(county, [county.client(name) for name in ("王秀英", "李国强")])
    browser, page = signed_in(county.worker), f"/groups/{group.pk}/"
    assert 'name="satisfaction"' in browser.get(f"{page}summary/").content.decode()
    put(county.worker, "group", group.pk, Opinion(4), member_id=members[0].pk)
    form = browser.get(f"{page}summary/").content.decode()
    assert 'name="satisfaction"' not in form and "1 份评价的平均数" in form
    assert browser.post(f"{page}summary/", {"outcome": ""}).status_code == WRONG
    assert browser.post(f"{page}summary/", {"outcome": "愿意说了", "satisfaction": "1"}).status_code == 302
    shown = browser.get(page).content.decode()
    assert "4.00 / 5" in shown and "1 份评价的平均数" in shown and "社工填写" not in shown
    words = words_of(made(county.worker, "group", group.pk))
    assert "4.00/5（1份服务对象评价）" in words


def test_what_a_worker_put_down_says_so(county: County) -> None:
    activity = activity_held(county, planned_activity(county), walk_ins=9)
    browser, page = signed_in(county.worker), f"/activities/{activity.pk}/"
    assert browser.post(f"{page}summary/", {"outcome": "邻居互相认识了", "satisfaction": "4.5"}).status_code == 302
    shown = browser.get(page).content.decode()
    assert "4.50 / 5" in shown and "社工填写，没有评价" in shown
    words = words_of(made(county.worker, "activity", activity.pk))
    assert "4.50/5（社工填写，没有服务对象评价）" in words
