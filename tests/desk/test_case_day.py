"""The first page and the cases: what waits for whom, what is overdue, which follow-ups and sessions are due."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shegong.desk.queries import case_day
from shegong.kernel import clock
from shegong.network.scope import viewing
from shegong.people.models import Account
from shegong.practice.models import Case, EmergencyService, FollowUp
from tests.factories import World
from tests.practice.casework import Casework
from tests.practice.county import County
from tests.practice.gatherings import approved, held, joined, planned_session
from tests.practice.test_client_pages import signed_in, text

MOST_QUERIES = 30


@pytest.fixture
def casework(world: World) -> Casework:
    """A county's cases."""
    return Casework(County(world))


def plan_asked(casework: Casework, name: str = "王秀英") -> Case:
    """A case whose plan waits for approval."""
    case = casework.at("planning", casework.opened(casework.county.client(name)))
    casework.rated(casework.goal(case), -1)
    casework.service(case)
    casework.written(case, "planning")
    casework.asked(case)
    return casework.fresh(case)


def emergency(casework: Casework) -> EmergencyService:
    """A service before the plan's approval that nobody reviewed in time."""
    refined = casework.county.world.services["T01"]
    type(refined).objects.filter(pk=refined.pk).update(kind="refined")
    casework.recorded(casework.opened(casework.county.client("赵敏")), emergency_reason="夜里被打，陪同就医")
    EmergencyService.objects.update(review_by=clock.now() - timedelta(hours=1))
    return EmergencyService.objects.get()


def follow_up_on(casework: Casework, days: int) -> FollowUp:
    """A closed case to ask again about, some days from today."""
    case = casework.at("evaluation", casework.opened(casework.county.client("李国强")))
    for goal in case.goals.all():
        casework.rated(goal, 1)
    casework.written(case, "evaluation")
    day = clock.today() + timedelta(days=days)
    casework.decided(casework.closure_asked(case, follow_ups=[day]))
    return FollowUp.objects.get()


def home(account: Account) -> str:
    return text(signed_in(account).get("/"))


def test_a_plan_waits_on_the_head_s_first_page_and_not_on_its_author_s(casework: Casework) -> None:
    case = plan_asked(casework)
    page = home(casework.county.head)
    decisions = page.partition('id="decisions"')[2]
    assert f"/cases/{case.pk}/" in decisions and "服务计划" in decisions and "王秀英" in decisions
    assert 'id="decisions"' not in home(casework.county.worker)
    with viewing(casework.county.stranger.pk) as viewer:
        assert not case_day(viewer, clock.now())


def test_an_emergency_past_its_72_hours_is_shown_to_who_reviews_and_to_who_waits(casework: Casework) -> None:
    mark = emergency(casework)
    head, worker = home(casework.county.head), home(casework.county.worker)
    assert "已超过 72 小时" in head and "紧急服务超过 72 小时没有复核" not in head
    assert "紧急服务超过 72 小时没有复核" in worker and f"/cases/{mark.case_id}/#approvals" in worker
    with viewing(casework.county.worker.pk) as viewer:
        assert case_day(viewer, mark.review_by - timedelta(minutes=1)).unreviewed == ()


@pytest.mark.parametrize(("days", "is_due"), [(0, True), (1, False)])
def test_a_follow_up_comes_to_the_page_on_its_day(casework: Casework, days: int, is_due: bool) -> None:
    due = follow_up_on(casework, days)
    page = home(casework.county.worker)
    assert ("该做的回访" in page) is is_due
    assert (f"client={due.case.client_id}&amp;case={due.case_id}" in page) is is_due
    assert "该做的回访" not in home(casework.county.colleague)


def test_a_session_that_nobody_recorded_is_named_until_it_is(casework: Casework) -> None:
    county = casework.county
    clients = [county.client(f"人{number}") for number in range(8)]
    group = approved(county)
    joined(county, group, clients)
    session = planned_session(county, group)
    page = home(county.worker)
    assert "到了日子还没有记录的" in page and f"/sessions/{session.pk}/" in page
    held(county, session, came=clients)
    assert "到了日子还没有记录的" not in home(county.worker)


def test_a_day_with_everything_takes_few_queries(casework: Casework) -> None:
    county = casework.county
    county.world.worker(county.room, county.head)
    plan_asked(casework)
    emergency(casework)
    follow_up_on(casework, 0)

    def asked(account: Account) -> int:
        browser = signed_in(account)
        browser.get("/")
        with CaptureQueriesContext(connection) as queries:
            assert browser.get("/").status_code == 200
        return len(queries)

    few = asked(county.head)
    assert asked(county.worker) <= few <= MOST_QUERIES
    for number in range(3):
        plan_asked(casework, f"居民{number}")
    assert asked(county.head) == few
