"""The residents' door in the API: its queues, for whom they are."""

import pytest

from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.portal.actions import complaint as complaints
from shegong.portal.actions import own_data as own
from shegong.portal.models import Complaint, OwnDataRequest
from shegong.portal.rules.word import Grievance, Wish
from tests.api.conftest import Caller
from tests.api.test_findings import caller
from tests.factories import World
from tests.practice.county import County

pytestmark = pytest.mark.django_db


def test_queues_of_the_door(world: World) -> None:
    county = County(world)
    said = Grievance(uuid7(), county.room.pk, "worker", "约好没来", "", "")
    complaints.leave_complaint(said, visitor=b"a" * 16, by=None, at=clock.now())
    wish = Wish(uuid7(), county.room.pk, "erase", "王秀英", "13900000001")
    own.leave_own_data(wish, visitor=b"a" * 16, by=None, at=clock.now())
    officer, worker, stranger = (caller(each) for each in (county.officer, county.worker, county.stranger))
    key = Complaint.objects.get().pk
    assert [each["text"] for each in officer.get("/complaints?state=open").json()["items"]] == ["约好没来"]
    assert "phone" not in officer.get(f"/complaints/{key}").json()
    answer = {"ruling": "upheld", "answer": "已道歉"}
    assert worker.post(f"/complaints/{key}/answer", answer).status_code == 403
    assert officer.post(f"/complaints/{key}/answer", answer).json()["ruling"] == "upheld"
    assert officer.post(f"/complaints/{key}/answer", answer).status_code == 409
    assert officer.get("/complaints?state=overdue").json()["items"] == []
    request = OwnDataRequest.objects.get().pk
    assert worker.get("/data-requests?state=left").json()["items"][0]["kind"] == "erase"
    assert stranger.get(f"/data-requests/{request}").status_code == 404
    assert worker.post(f"/data-requests/{request}/refusal", {"note": "没有来"}).json()["state"] == "refused"
    assert worker.get(f"/enquiries/{uuid7()}/words").status_code == 404
    assert Caller().get("/complaints").status_code == 401
