"""Attachments, papers and work reports through the API."""

import base64
from uuid import UUID

from shegong.kernel import clock
from shegong.practice import tasks
from shegong.practice.models import Activity, SocialGroup
from tests.api.conftest import Cast
from tests.factories import new_key
from tests.papers import pdf_of, picture_of
from tests.practice.gatherings import fill_gatherings


def attachment(cast: Cast, content: bytes, **changes: object) -> dict[str, object]:
    return {
        "of": "client",
        "of_id": str(cast.clients[0].id),
        "kind": "document",
        "name": "a.jpg",
        "content": base64.b64encode(content).decode(),
    } | changes


def test_a_file_is_attached_listed_read_and_removed(cast: Cast) -> None:
    key = new_key()
    body = attachment(cast, picture_of(50, 40))
    assert cast.worker.put(f"/attachments/{key}", body).status_code == 201
    again = cast.worker.put(f"/attachments/{key}", body)
    assert again.status_code == 200 and again.json()["width"] == 50
    assert cast.worker.put(f"/attachments/{key}", attachment(cast, pdf_of(1))).status_code == 409
    listed = cast.worker.get(f"/attachments?of=client&of_id={cast.clients[0].id}").json()["items"]
    assert [each["id"] for each in listed] == [str(key)]
    content = cast.worker.get(f"/attachments/{key}/content").json()
    assert base64.b64decode(content["content"]).startswith(b"\xff\xd8\xff")
    assert cast.stranger.get(f"/attachments/{key}/content").status_code == 404
    assert cast.county.put(f"/attachments/{new_key()}", body).status_code == 403
    assert cast.worker.post(f"/attachments/{key}/removal", {"reason": "传错了"}).status_code == 200
    assert cast.worker.get(f"/attachments/{key}/content").status_code == 404


def test_what_is_wrong_with_a_file_is_said_at_its_content(cast: Cast) -> None:
    for content, code in ((b"<svg/>", "file_kind"), (b"", "file_empty")):
        refused = cast.worker.put(f"/attachments/{new_key()}", attachment(cast, content))
        assert refused.status_code == 422
        assert refused.json()["errors"][0] | {"message": ""} == {"field": "content", "code": code, "message": ""}
    refused = cast.worker.put(f"/attachments/{new_key()}", attachment(cast, b"") | {"content": "no base64!"})
    assert refused.json()["code"] == "content_form"


def test_a_paper_is_asked_for_and_read_by_its_requester_alone(cast: Cast) -> None:
    asked = cast.worker.post("/papers", {"kind": "client", "subject": str(cast.clients[0].id)})
    assert asked.status_code == 201 and asked.json()["state"] == "queued"
    key = UUID(asked.json()["id"])
    assert cast.worker.get(f"/papers/{key}/file").status_code == 404
    assert tasks.make_next_paper()
    assert cast.worker.get(f"/papers/{key}").json()["state"] == "done"
    assert base64.b64decode(cast.worker.get(f"/papers/{key}/file").json()["content"]).startswith(b"%PDF")
    assert cast.county.get(f"/papers/{key}").status_code == 404
    assert cast.stranger.post("/papers", {"kind": "client", "subject": str(cast.clients[0].id)}).status_code == 404
    assert cast.worker.post("/papers", {"kind": "tax", "subject": str(key)}).status_code == 404
    assert [each["id"] for each in cast.worker.get("/papers").json()["items"]] == [str(key)]


def test_a_work_report_is_begun_changed_and_issued(cast: Cast) -> None:
    cast.recorded(new_key())
    key, year = new_key(), clock.today().year - 1
    begun = cast.worker.put(f"/work-reports/{key}", {"own": True, "period": str(year)})
    assert begun.status_code == 201 and begun.json()["worker_id"] == cast.posted.pk
    assert cast.worker.put(f"/work-reports/{key}", {"own": True, "period": str(year)}).status_code == 200
    texts = {"revision": 0, "sections": [{"key": "next", "text": "多走访"}]}
    assert cast.worker.post(f"/work-reports/{key}/texts", texts).json()["revision"] == 1
    assert cast.worker.post(f"/work-reports/{key}/texts", texts).status_code == 409
    issued = cast.worker.post(f"/work-reports/{key}/issue", {})
    assert issued.json()["state"] == "issued" and issued.json()["sections"][-1]["text"] == "多走访"
    assert cast.worker.post(f"/work-reports/{key}/issue", {}).status_code == 409
    assert [each["id"] for each in cast.county.get("/work-reports").json()["items"]] == [str(key)]
    assert cast.stranger.get(f"/work-reports/{key}").status_code == 404
    assert cast.worker.put(f"/work-reports/{new_key()}", {"station": "A", "period": str(year)}).status_code == 403
    assert cast.county.put(f"/work-reports/{new_key()}", {"station": "A", "period": str(year)}).status_code == 201


def test_a_photo_is_attached_to_an_activity_and_its_file_printed(cast: Cast) -> None:
    client = cast.clients[0]
    fill_gatherings(client, cast.worker_account, cast.world.services["T02"], cast.posted.pk, clock.today())
    activity = Activity.objects.get()
    body = attachment(cast, picture_of(50, 40), of="activity", of_id=str(activity.pk), kind="photo")
    made = cast.worker.put(f"/attachments/{new_key()}", body)
    assert made.status_code == 201 and (made.json()["of"], made.json()["of_id"]) == ("activity", str(activity.pk))
    listed = cast.worker.get(f"/attachments?of=activity&of_id={activity.pk}").json()["items"]
    assert [each["id"] for each in listed] == [made.json()["id"]]
    assert cast.stranger.get(f"/attachments?of=activity&of_id={activity.pk}").status_code == 404
    for kind, subject in (("activity", activity.pk), ("group", SocialGroup.objects.get().pk)):
        asked = cast.worker.post("/papers", {"kind": kind, "subject": str(subject)})
        assert asked.status_code == 201 and tasks.make_next_paper()
        assert cast.worker.get(f"/papers/{asked.json()['id']}").json()["state"] == "done"
