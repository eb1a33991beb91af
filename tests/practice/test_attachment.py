"""Attachments: who may attach and open what, how it is kept, and how it is taken out of sight."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from PIL import Image

from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.kernel.uploads.keeping import kept_name
from shegong.network.scope import viewing
from shegong.people.models import Account
from shegong.practice.actions import activity_guests as guests
from shegong.practice.actions.attachment import attach, remove_attachment
from shegong.practice.actions.paper import ask_for_paper
from shegong.practice.models import Activity, Attachment, AttachmentChunk, Client, Consent, PrintJob, RestrictedLook
from shegong.practice.queries import attachment as queries
from shegong.practice.rules.activity import Turnout
from tests.papers import pdf_of, picture_of
from tests.practice.county import County
from tests.practice.gatherings import activity_held, planned_activity
from tests.practice.test_client_pages import FOUND, SEE_OTHER, WRONG, signed_in

PHOTO = picture_of(1200, 900)


def agreed(county: County, client: Client) -> Consent:
    return Consent.objects.create(
        hub_id=client.hub_id, station_id=client.station_id, client=client, purpose="photo", basis="consent",
        given_on=clock.today(), recorded_by=county.worker,
    )  # fmt: skip


def attached(county: County, client: Client, by: Account | None = None, **more: Any) -> Attachment:
    with viewing((by or county.worker).pk) as viewer:
        target = queries.target_of(viewer, "client", client.pk)
        assert target is not None
        wanted = {"content": PHOTO, "name": "家门口.jpg", "kind": "document", **more}
        return attach(target, by=viewer, at=clock.now(), **wanted)


def counted(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        number: int = cursor.fetchone()[0]
    return number


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd.PNG", "passwd.jpg"),
        ("C:\\Users\\wang\\身份证.jpeg", "身份证.jpg"),
        ("", "file.jpg"),
        ("照片\u202egpj.exe", "照片gpj.jpg"),
        ("a\r\nContent-Type: x.jpg", "aContent-Type x.jpg"),
        ("长" * 300 + ".jpg", "长" * 96 + ".jpg"),
    ],
)
def test_the_name_that_is_kept(sent: str, kept: str) -> None:
    assert kept_name(sent, "image/jpeg") == kept


def test_a_photo_is_kept_encrypted_and_comes_back_as_it_was_written_anew(county: County) -> None:
    client = county.client()
    made = attached(county, client, caption=" 入户时 ")
    assert (made.media, made.width, made.caption, made.name) == ("image/jpeg", 1200, "入户时", "家门口.jpg")
    stored = b"".join(bytes(each.sealed) for each in AttachmentChunk.objects.all())
    assert b"JFIF" not in stored
    with viewing(county.colleague.pk) as viewer:
        seen = queries.attachments_seen(viewer).get()
        content = queries.content_of(seen)
        assert len(content) == made.size and Image.open(io.BytesIO(content)).size == (1200, 900)
        assert Image.open(io.BytesIO(queries.preview_of(seen))).size == (480, 360)
    event = Event.objects.get(verb="attach")
    assert event.detail["of"] == "client" and "家门口" not in str(event.detail)


def test_a_piece_opens_only_in_its_own_place(county: County) -> None:
    content = pdf_of(2)
    first = attached(county, county.client(), content=content, name="a.pdf")
    second = attached(county, county.client("李强"), content=content, name="b.pdf")
    other = AttachmentChunk.objects.get(attachment=second, number=1)
    AttachmentChunk.objects.filter(attachment=first, number=1).update(sealed=other.sealed)
    with viewing(county.worker.pk) as viewer, pytest.raises(Exception, match="another place"):
        queries.content_of(queries.attachments_seen(viewer).get(pk=first.pk))


def test_sent_again_it_is_the_same_and_other_content_is_refused(county: County) -> None:
    client, key = county.client(), uuid7()
    first = attached(county, client, key=key)
    assert attached(county, client, key=key).pk == first.pk == key
    assert Attachment.objects.count() == 1
    with pytest.raises(Problem) as refused:
        attached(county, client, key=key, content=pdf_of(1))
    assert refused.value.status == 409


def test_a_photo_of_people_needs_the_consent_of_all_of_them(county: County) -> None:
    client, other = county.client(), county.client("李强")
    consent = agreed(county, client)
    assert attached(county, client, kind="photo").kind == "photo"
    record = county.record([client, other])
    with viewing(county.worker.pk) as viewer:
        target = queries.target_of(viewer, "record", record.pk)
        assert target is not None
        with pytest.raises(Problem) as refused:
            attach(target, content=PHOTO, name="a.jpg", kind="photo", by=viewer, at=clock.now())
        assert (refused.value.code, refused.value.field) == ("photo_without_consent", "kind")
        assert "李强" in str(refused.value) and client.name not in str(refused.value)
        attach(target, content=PHOTO, name="a.jpg", kind="document", by=viewer, at=clock.now())
    consent.withdrawn_on = clock.today()
    consent.save()
    with pytest.raises(Problem):
        attached(county, client, kind="photo")


def test_nobody_elsewhere_sees_or_attaches_even_by_raw_sql(county: County) -> None:
    client = county.client()
    made = attached(county, client)
    for account in (county.stranger, county.city, county.neighbour):
        with viewing(account.pk) as viewer:
            assert counted("practice_attachment") == counted("practice_attachmentchunk") == 0
            assert queries.target_of(viewer, "client", client.pk) is None
            with pytest.raises(Exception, match="row-level security"), transaction.atomic():
                AttachmentChunk.objects.bulk_create(
                    [
                        AttachmentChunk(
                            hub_id=made.hub_id, station_id=made.station_id, attachment_id=made.pk, number=9, sealed=b"x"
                        )
                    ]
                )
    with viewing(county.officer.pk) as viewer:
        assert counted("practice_attachment") == 1
        target = queries.target_of(viewer, "client", client.pk)
        assert target is not None
        with pytest.raises(Problem) as refused:
            attach(target, content=PHOTO, name="a.jpg", kind="document", by=viewer, at=clock.now())
        assert refused.value.status == 403


def test_a_restricted_files_attachments_hide_with_it(county: County) -> None:
    client = county.client("赵敏", groups=["drug"])
    now = clock.now()
    look = RestrictedLook.objects.create(
        hub_id=client.hub_id, station_id=client.station_id, client=client, account=county.worker, reason="随访",
        at=now, until=now + timedelta(hours=1),
    )  # fmt: skip
    attached(county, client)
    look.delete()
    with viewing(county.worker.pk):
        assert counted("practice_attachment") == counted("practice_attachmentchunk") == 0


def test_a_removed_one_keeps_its_row_and_opens_for_nobody(county: County) -> None:
    client = county.client()
    made = attached(county, client)
    with viewing(county.worker.pk) as viewer:
        with pytest.raises(Problem) as refused:
            remove_attachment(made, "  ", by=viewer, at=clock.now())
        assert refused.value.field == "reason"
        remove_attachment(made, "传错了人", by=viewer, at=clock.now())
        assert counted("practice_attachment") == 1 and counted("practice_attachmentchunk") == 0
        target = queries.target_of(viewer, "client", client.pk)
        assert target is not None
        shelf = queries.shelf(viewer, target)
        assert not shelf.items and shelf.removed[0][0].remove_reason == "传错了人"
    assert Event.objects.get(verb="remove_attachment").detail["reason"] == "传错了人"


def test_the_database_refuses_one_of_two_things_or_of_none(county: County) -> None:
    made = attached(county, county.client())
    record = county.record([county.client("李强")])
    for change in ({"record": record}, {"client": None}):
        with pytest.raises(IntegrityError, match="of_one_thing"), transaction.atomic():
            Attachment.objects.filter(pk=made.pk).update(**change)


def test_a_worker_attaches_on_the_phone_and_opens_it_again(county: County) -> None:
    client, browser = county.client(), signed_in(county.worker)
    page = browser.get(f"/attachments/of/client/{client.pk}/new/").content.decode()
    assert 'capture="environment"' in page and "没有登记“拍摄与使用影像”的同意" in page
    sent = {
        "key": str(uuid7()),
        "kind": "document",
        "caption": "病历",
        "file": SimpleUploadedFile("病历.pdf", pdf_of(2)),
    }
    answer = browser.post(f"/attachments/of/client/{client.pk}/new/", sent)
    assert answer.status_code == SEE_OTHER
    made = Attachment.objects.get()
    listed = browser.get(f"/attachments/of/client/{client.pk}/").content.decode()
    assert "病历" in listed and "2 页" in listed
    file = browser.get(f"/attachments/{made.pk}/")
    assert file.headers["Content-Type"] == "application/pdf" and file.content.startswith(b"%PDF")
    assert file.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert file.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert signed_in(county.stranger).get(f"/attachments/{made.pk}/").status_code == 404
    browser.post(f"/attachments/{made.pk}/remove/", {"reason": "传错了"})
    assert browser.get(f"/attachments/{made.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("field", "content", "words"),
    [
        ("file", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "只能传照片"),
        ("camera", b"\xff\xd8\xff nonsense", "文件已损坏"),
        ("file", b"x" * (10 * 1024 * 1024 + 5), "文件超过 10 MB"),
        ("file", b"", "文件是空的"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_the_words_are_kept(
    county: County, field: str, content: bytes, words: str
) -> None:
    client, browser = county.client(), signed_in(county.worker)
    sent = {"key": str(uuid7()), "kind": "photo", "caption": "门口", field: SimpleUploadedFile("a.jpg", content)}
    answer = browser.post(f"/attachments/of/client/{client.pk}/new/", sent)
    page = answer.content.decode()
    assert answer.status_code == WRONG and words in page and 'value="门口"' in page
    assert f'id="id_{field}-remarks' in page or f'aria-describedby="id_{field}' in page or words in page
    assert not Attachment.objects.exists()


def test_nothing_chosen_is_said_at_the_file(county: County) -> None:
    answer = signed_in(county.worker).post(
        f"/attachments/of/client/{county.client().pk}/new/", {"key": str(uuid7()), "kind": "document"}
    )
    assert answer.status_code == WRONG and "请选择文件" in answer.content.decode()


def test_the_shelf_takes_the_same_queries_for_one_and_for_many(county: County, django_assert_num_queries: Any) -> None:
    client = county.client()
    attached(county, client, content=pdf_of(1))
    with viewing(county.worker.pk) as viewer:
        target = queries.target_of(viewer, "client", client.pk)
        assert target is not None
        with django_assert_num_queries(3):
            assert len(queries.shelf(viewer, target).items) == 1
    for number in range(3):
        attached(county, client, content=pdf_of(number + 2))
    with viewing(county.worker.pk) as viewer, django_assert_num_queries(3):
        assert len(queries.shelf(viewer, target).items) == 4


def test_with_an_erased_file_goes_what_was_attached_to_it(county: County) -> None:
    """But not what hangs on a record in which others took part, too."""
    client, other = county.client(), county.client("李强")
    alone, shared = county.record([client]), county.record([client, other])
    attached(county, client)
    attached(county, other)
    with viewing(county.worker.pk) as viewer:
        for record in (alone, shared):
            target = queries.target_of(viewer, "record", record.pk)
            assert target is not None
            attach(target, content=pdf_of(1), name="a.pdf", kind="document", by=viewer, at=clock.now())
        job = ask_for_paper("client", client.pk, by=viewer, at=clock.now())
    Client.objects.filter(pk=client.pk).update(state="erased")
    left = Attachment.objects.values_list("client_id", "record_id")
    assert set(left) == {(other.pk, None), (None, shared.pk)}
    assert not AttachmentChunk.objects.exclude(attachment__in=Attachment.objects.all()).exists()
    assert not PrintJob.objects.filter(pk=job.pk).exists()


def test_what_was_attached_before_two_files_were_joined_is_on_the_kept_one(county: County) -> None:
    kept, merged = county.client(), county.client("王秀瑛")
    attached(county, merged)
    Client.objects.filter(pk=merged.pk).update(state="merged", merged_into=kept)
    assert signed_in(county.worker).get(f"/attachments/of/client/{kept.pk}/").status_code == FOUND
    with viewing(county.worker.pk) as viewer:
        target = queries.target_of(viewer, "client", kept.pk)
        assert target is not None and queries.attached_to(target).count() == 1


def of_activity(county: County, activity: Activity, by: Account | None = None, **more: Any) -> Attachment:
    with viewing((by or county.worker).pk) as viewer:
        target = queries.target_of(viewer, "activity", activity.pk)
        assert target is not None
        wanted = {"content": PHOTO, "name": "合影.jpg", "kind": "photo", **more}
        return attach(target, by=viewer, at=clock.now(), **wanted)


def test_a_photo_of_an_activity_needs_the_consent_of_who_came(county: County) -> None:
    came, absent = county.client(), county.client("李强")
    activity = planned_activity(county)
    with viewing(county.worker.pk) as viewer:
        for each in (came, absent):
            guests.sign_up_client(activity, each.pk, by=viewer, at=clock.now())
    with pytest.raises(Problem) as refused:
        of_activity(county, activity)
    assert came.name in str(refused.value) and absent.name in str(refused.value)
    activity = activity_held(county, activity, turnout=Turnout((came.pk,), (), 3))
    with pytest.raises(Problem) as refused:
        of_activity(county, activity)
    assert came.name in str(refused.value) and absent.name not in str(refused.value)
    agreed(county, came)
    made = of_activity(county, activity, caption="合影")
    assert made.owner == ("activity", activity.pk)
    assert Event.objects.get(verb="attach").detail["of"] == "activity"


def test_photos_of_an_activity_are_seen_with_it_and_by_nobody_else(county: County) -> None:
    activity = activity_held(county, planned_activity(county), turnout=Turnout((), (), 30))
    made = of_activity(county, activity)
    for account in (county.worker, county.colleague, county.head, county.officer):
        with viewing(account.pk) as viewer:
            assert queries.attachments_seen(viewer).get().pk == made.pk
            assert counted("practice_attachmentchunk") == 2
    for account in (county.stranger, county.neighbour):
        with viewing(account.pk) as viewer:
            assert queries.target_of(viewer, "activity", activity.pk) is None
            assert counted("practice_attachment") == counted("practice_attachmentchunk") == 0
            with pytest.raises(Exception, match="row-level security"), transaction.atomic():
                made.pk = uuid7()
                made.save(force_insert=True)


def test_who_can_not_see_who_came_can_not_show_them(county: County) -> None:
    """A restricted file among those who came: its consent can't be looked up, so a photo is refused, without a name."""
    hidden, activity = county.client("赵敏", groups=["drug"]), planned_activity(county)
    record = county.record([hidden])
    Activity.objects.filter(pk=activity.pk).update(state="held", record=record)
    with pytest.raises(Problem) as refused:
        of_activity(county, activity)
    assert "受限档案的服务对象" in str(refused.value) and hidden.name not in str(refused.value)
    assert of_activity(county, activity, kind="document").kind == "document"


def test_photos_of_an_activity_go_with_the_last_file_of_those_who_came(county: County) -> None:
    client, other = county.client(), county.client("李强")
    shared = activity_held(county, planned_activity(county), turnout=Turnout((client.pk, other.pk), (), 5))
    alone = activity_held(county, planned_activity(county), turnout=Turnout((client.pk,), (), 5))
    nobody = activity_held(county, planned_activity(county), turnout=Turnout((), (), 5))
    for activity in (shared, alone, nobody):
        of_activity(county, activity, kind="document")
    with viewing(county.worker.pk) as viewer:
        for activity in (shared, nobody):
            ask_for_paper("activity", activity.pk, by=viewer, at=clock.now())
    Client.objects.filter(pk=client.pk).update(state="erased")
    assert set(Attachment.objects.values_list("activity_id", flat=True)) == {shared.pk, nobody.pk}
    assert set(PrintJob.objects.values_list("subject", flat=True)) == {nobody.pk}
    Client.objects.filter(pk=other.pk).update(state="erased")
    assert set(Attachment.objects.values_list("activity_id", flat=True)) == {nobody.pk}
    assert not AttachmentChunk.objects.exclude(attachment__in=Attachment.objects.all()).exists()


def test_a_photo_is_attached_on_the_activitys_page(county: County) -> None:
    activity = activity_held(county, planned_activity(county), turnout=Turnout((), (), 30))
    browser, address = signed_in(county.worker), f"/attachments/of/activity/{activity.pk}/"
    page = browser.get(f"/activities/{activity.pk}/").content.decode()
    assert address in page and "照片与附件" in page
    sent = {"key": str(uuid7()), "kind": "photo", "caption": "合影", "file": SimpleUploadedFile("a.jpg", PHOTO)}
    answer = browser.post(f"{address}new/", sent)
    assert answer.status_code == SEE_OTHER and answer.headers["Location"] == f"/activities/{activity.pk}/"
    assert "合影" in browser.get(address).content.decode()
    made = Attachment.objects.get()
    answer = browser.post(f"/attachments/{made.pk}/remove/", {"reason": "拍糊了"})
    assert answer.headers["Location"] == f"/activities/{activity.pk}/"
    assert "拍糊了" in browser.get(address).content.decode()
