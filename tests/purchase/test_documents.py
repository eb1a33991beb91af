"""Documents of purchases: fixed once the call is out, sealed with the bids, kept for fifteen years, read by whom."""

from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError
from django.test import Client as Browser

from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.kernel.uploads.cleaning import LARGEST
from shegong.network.scope import viewing
from shegong.people.models import Account
from shegong.purchase.actions import award
from shegong.purchase.actions import bid as bidding
from shegong.purchase.actions import document as actions
from shegong.purchase.actions import project as steps
from shegong.purchase.actions.project import CallForBids
from shegong.purchase.models import Bid, BidFile, BidPiece, Notice, Project, ProjectFile
from shegong.purchase.queries import document as queries
from tests.papers import pdf_of, picture_of
from tests.practice.test_client_pages import FOUND, SEE_OTHER, WRONG, signed_in, text
from tests.purchase.market import CRITERIA, Market, unguarded
from tests.purchase.purse import Purse

PAPERS = [(pdf_of(1), "供应商须知.pdf"), (picture_of(60, 40), "平面图.png")]
PLAN = [(pdf_of(2), "项目实施方案.pdf")]
PROGRAM = b"MZ\x90\x00 a program"


@pytest.fixture
def market(purse: Purse) -> Market:
    return Market(purse)


def run(statement: str, *params: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        count: int = cursor.rowcount
    return count


def refused(statement: str, *params: Any) -> None:
    with pytest.raises((IntegrityError, ProgrammingError)), transaction.atomic():
        run(statement, *params)


def attached(market: Market, project: Project) -> list[ProjectFile]:
    with viewing(market.county.pk) as by:
        return actions.attach_to_project(uuid7(), project, PAPERS, by=by, at=clock.now())


def called(market: Market, project: Project, method: str = "open_tender") -> Project:
    asked = [] if method == "open_tender" else [agency.pk for agency in market.agencies[:3]]
    with viewing(market.county.pk) as by:
        award.invite(project, CallForBids(method, clock.now() + timedelta(hours=1), asked), by=by, at=clock.now())
    project.refresh_from_db()
    return project


def offered(market: Market, project: Project, place: int) -> Bid:
    bid = market.offer(project, place)
    with viewing(market.firms[place].pk) as by:
        bidding.attach_to_bid(uuid7(), bid, PLAN, by=by, at=clock.now())
    return bid


def opened(market: Market, project: Project) -> None:
    market.close(project)
    with viewing(market.county.pk) as by:
        steps.ask_opening(project, by=by, at=clock.now())
    with viewing(market.city.pk) as by:
        award.open_bids(project, by=by, at=clock.now())


def seen(account: Account) -> tuple[int, int]:
    """How many bids' documents and pieces raw SQL shows to somebody."""
    with viewing(account.pk):
        return run("SELECT name, size FROM purchase_bidfile"), run("SELECT sealed FROM purchase_bidpiece")


def test_documents_come_and_go_until_they_go_out(market: Market) -> None:
    project = market.need()
    key = uuid7()
    with viewing(market.county.pk) as by:
        made = actions.attach_to_project(key, project, PAPERS, by=by, at=clock.now())
        again = actions.attach_to_project(key, project, PAPERS, by=by, at=clock.now())
        assert {each.pk for each in made} == {each.pk for each in again} and ProjectFile.objects.count() == 2
        assert [(each.name, each.media) for each in made] == [
            ("供应商须知.pdf", "application/pdf"), ("平面图.jpg", "image/jpeg"),
        ]  # fmt: skip
        content = queries.content_of(made[0])
        assert content.startswith(b"%PDF") and sha256(content).hexdigest() == made[0].sha256
        actions.remove_from_project(made[1], by=by, at=clock.now())
        assert [each.pk for each in queries.of_project(project)] == [made[0].pk]
        for code, files in (
            ("file_missing", []),
            ("files_many", [PAPERS[0]] * 10),
            ("file_kind", [(PROGRAM, "照片.jpg")]),
            ("file_too_large", [(b"%PDF-" + bytes(LARGEST), "大.pdf")]),
        ):
            with pytest.raises(Problem) as wrong, transaction.atomic():
                actions.attach_to_project(uuid7(), project, files, by=by, at=clock.now())
            assert (wrong.value.code, wrong.value.field) == (code, "file")
        steps.set_criteria(project, CRITERIA, by=by, at=clock.now())
        reserved = steps.reserve_budget(project, by=by, at=clock.now())
    called(market, reserved)
    with viewing(market.county.pk) as by:
        for act in (
            lambda: actions.attach_to_project(uuid7(), project, PAPERS, by=by, at=clock.now()),
            lambda: actions.remove_from_project(made[0], by=by, at=clock.now()),
        ):
            with pytest.raises(Problem) as wrong, transaction.atomic():
                act()
            assert wrong.value.status == 409
        # Nor by raw SQL.
        refused("UPDATE purchase_projectfile SET removed_round = 1 WHERE id = %s", made[0].pk)
        refused("UPDATE purchase_projectfile SET name = 'x'")
        refused("DELETE FROM purchase_projectfile")
        refused("UPDATE purchase_projectpiece SET sealed = ''")
        refused("INSERT INTO purchase_projectpiece (file_id, project_id, number, sealed) VALUES (%s, %s, 9, '')",
                made[0].pk, project.pk)  # fmt: skip
        refused("INSERT INTO purchase_projectfile SELECT gen_random_uuid(), project_id, 1, NULL, media, name, size, "
                "sha256, added_at, added_by_id FROM purchase_projectfile LIMIT 1")  # fmt: skip
    verbs = list(Event.objects.filter(object_id=str(project.pk)).values_list("verb", flat=True))
    assert verbs.count("attach_project_file") == 1 and verbs.count("remove_project_file") == 1


def test_an_earlier_round_keeps_what_went_out_with_it(market: Market) -> None:
    project = market.reserved()
    first, second = attached(market, project)
    called(market, project)
    opened(market, project)
    with viewing(market.county.pk) as by:
        again = steps.repeat(project, "重新公告", by=by, at=clock.now())
        file = ProjectFile.objects.select_related("project").get(pk=first.pk)
        actions.remove_from_project(file, by=by, at=clock.now())
        new = actions.attach_to_project(uuid7(), again, PLAN, by=by, at=clock.now())
        assert [each.pk for each in queries.of_project(again)] == [second.pk, new[0].pk]
        # What went out is not written on, nor is what was taken away put back.
        refused("INSERT INTO purchase_projectpiece (file_id, project_id, number, sealed) VALUES (%s, %s, 9, '')",
                second.pk, project.pk)  # fmt: skip
        refused("UPDATE purchase_projectfile SET removed_round = NULL WHERE id = %s", first.pk)
    notice = Notice.objects.get(kind="invitation")
    everybody = Browser()
    assert everybody.get(f"/notices/{notice.pk}/files/{first.pk}/").status_code == FOUND
    assert everybody.get(f"/notices/{notice.pk}/files/{new[0].pk}/").status_code == 404
    with viewing(market.firms[0].pk):
        assert {each.pk for each in ProjectFile.objects.all()} == {first.pk, second.pk}


def test_only_who_is_asked_reads_what_is_not_public(market: Market) -> None:
    project = market.reserved()
    attached(market, project)
    strangers = [market.firms[3], market.purse.county_b, market.assessors[0]]
    for account in (*strangers, market.firms[0]):
        with viewing(account.pk):
            assert run("SELECT * FROM purchase_projectfile") == 0 and run("SELECT * FROM purchase_projectpiece") == 0
            refused("INSERT INTO purchase_projectpiece (file_id, project_id, number, sealed) VALUES (%s, %s, 9, '')",
                    ProjectFile.objects.values_list("pk", flat=True).first() or uuid7(), project.pk)  # fmt: skip
    called(market, project, "consultation")
    with viewing(market.firms[0].pk):
        assert run("SELECT * FROM purchase_projectfile") == 2 and run("SELECT * FROM purchase_projectpiece") == 3
    for account in strangers:
        with viewing(account.pk):
            assert run("SELECT * FROM purchase_projectfile") == 0 and run("SELECT * FROM purchase_projectpiece") == 0
    run("SET LOCAL ROLE shegong_app")
    assert run("SELECT * FROM purchase_projectfile") == 0


def test_documents_are_sealed_with_their_bid(market: Market) -> None:
    project = market.invited()
    first = offered(market, project, 0)
    offered(market, project, 1)
    offered(market, project, 2)
    taken_back = offered(market, project, 3)
    with viewing(market.firms[3].pk) as by:
        bidding.withdraw_bid(taken_back, by=by, at=clock.now())
    file = BidFile.objects.get(bid=first)
    with viewing(market.firms[0].pk) as by:
        # Replaced before the deadline.
        bidding.remove_from_bid(file, by=by, at=clock.now())
        key = uuid7()
        new = bidding.attach_to_bid(key, first, PAPERS, by=by, at=clock.now())
        assert len(bidding.attach_to_bid(key, first, PAPERS, by=by, at=clock.now())) == 2
        assert [each.pk for each in queries.of_bids(by, [first])[first.pk]] == [each.pk for each in new]
        assert queries.content_of(new[0]).startswith(b"%PDF") and queries.content_of(new[1], preview=True)
        for statement in (
            "UPDATE purchase_bidfile SET removed_at = NULL WHERE removed_at IS NOT NULL",
            "UPDATE purchase_bidfile SET name = 'x'",
            "UPDATE purchase_bidpiece SET sealed = ''",
            "DELETE FROM purchase_bidpiece",
        ):
            refused(statement)
    outside = [market.county, market.city, market.firms[1], market.purse.county_b, *market.assessors]
    assert seen(market.firms[0]) == (3, 4) and seen(market.firms[1]) == (1, 1)
    for account in (each for each in outside if each is not market.firms[1]):
        assert seen(account) == (0, 0)
    # Not by its key either: neither the row, nor a piece, nor over the page; and nobody writes under another's seal.
    with viewing(market.county.pk) as by:
        assert run("SELECT * FROM purchase_bidpiece WHERE file_id = %s", new[0].pk) == 0
        assert queries.content_of(new[0]) == b"" and not queries.bid_files(by).exists()
        assert run("UPDATE purchase_bidfile SET removed_at = now()") == 0
    with viewing(market.firms[1].pk) as by:
        assert run("SELECT * FROM purchase_bidpiece WHERE file_id = %s", new[0].pk) == 0
        assert run("UPDATE purchase_bidfile SET removed_at = now() WHERE id = %s", new[0].pk) == 0
        refused("INSERT INTO purchase_bidpiece (file_id, project_id, number, sealed) VALUES (%s, %s, 9, '')",
                new[0].pk, project.pk)  # fmt: skip
        with pytest.raises(Problem) as wrong, transaction.atomic():
            bidding.attach_to_bid(uuid7(), first, PLAN, by=by, at=clock.now())
        assert wrong.value.status == 403
    run("SET LOCAL ROLE shegong_app")
    assert run("SELECT * FROM purchase_bidfile") == 0 and run("SELECT * FROM purchase_bidpiece") == 0
    run("RESET ROLE")
    page = f"/projects/bids/files/{new[0].pk}/"
    assert [signed_in(account).get(page).status_code for account in outside] == [404] * len(outside)
    assert signed_in(market.firms[0]).get(page).status_code == FOUND
    opened(market, project)
    # What stood at the deadline; neither what was replaced nor what was taken back.
    assert seen(market.county) == seen(market.city) == (4, 5) and seen(market.firms[1]) == (1, 1)
    assert seen(market.purse.county_b) == (0, 0) and seen(market.assessors[0]) == (0, 0)
    market.seats(project)
    assert seen(market.assessors[0]) == (4, 5)
    assert [signed_in(account).get(page).status_code for account in outside] == [FOUND, FOUND, 404, 404] + [FOUND] * 3


def test_after_the_deadline_a_bid_stays_as_it_is(market: Market) -> None:
    project = market.invited()
    bid = offered(market, project, 0)
    file = BidFile.objects.select_related("bid__project").get()
    market.close(project)
    with viewing(market.firms[0].pk) as by:
        late = Bid.objects.select_related("project").get(pk=bid.pk)
        for act in (
            lambda: bidding.attach_to_bid(uuid7(), late, PLAN, by=by, at=clock.now()),
            lambda: bidding.remove_from_bid(BidFile.objects.get(pk=file.pk), by=by, at=clock.now()),
        ):
            with pytest.raises(Problem) as wrong, transaction.atomic():
                act()
            assert wrong.value.code == "bid_late"
        refused("UPDATE purchase_bidfile SET removed_at = now()")
        refused("INSERT INTO purchase_bidpiece (file_id, project_id, number, sealed) VALUES (%s, %s, 9, '')",
                file.pk, project.pk)  # fmt: skip
        refused("INSERT INTO purchase_bidfile (id, bid_id, project_id, media, name, size, sha256, added_at, "
                "added_by_id) "
                "SELECT gen_random_uuid(), bid_id, project_id, media, name, size, sha256, now(), added_by_id "
                "FROM purchase_bidfile")  # fmt: skip


def test_documents_are_kept_for_fifteen_years(market: Market) -> None:
    project = market.reserved()
    attached(market, project)
    called(market, project)
    offered(market, project, 0)
    tables = ("projectpiece", "projectfile", "bidpiece", "bidfile")
    for table in tables:
        with pytest.raises(IntegrityError) as wrong, transaction.atomic():
            run(f"DELETE FROM purchase_{table}")
        assert "fifteen years" in str(wrong.value)
    with unguarded("purchase_project"):
        Project.objects.filter(pk=project.pk).update(keep_until=clock.today())
    assert [run(f"DELETE FROM purchase_{table}") for table in tables] == [3, 2, 1, 1]


def sent(*files: tuple[bytes, str]) -> dict[str, Any]:
    return {"key": str(uuid7()), "file": [SimpleUploadedFile(name, content) for content, name in files]}


def test_the_buyer_puts_documents_out_over_the_pages(market: Market) -> None:
    project = market.reserved()
    county, page = signed_in(market.county), f"/projects/{project.pk}/"
    assert "还没有采购文件" in text(county.get(page)) and county.get(f"{page}files/new/").status_code == FOUND
    assert county.post(f"{page}files/new/", {"key": str(uuid7())}).status_code == WRONG
    wrong = county.post(f"{page}files/new/", sent((PROGRAM, "现场照片.jpg")))
    assert wrong.status_code == WRONG and "现场照片.jpg：只能传照片" in text(wrong)
    large = county.post(f"{page}files/new/", sent((b"%PDF-" + bytes(LARGEST * 2), "大文件.pdf")))
    assert large.status_code == WRONG and "超过 10 MB" in text(large) and not ProjectFile.objects.exists()
    assert county.post(f"{page}files/new/", sent(*PAPERS)).status_code == SEE_OTHER
    file, other = ProjectFile.objects.order_by("name")
    assert file.name in text(county.get(page)) and f"/projects/files/{file.pk}/remove/" in text(county.get(page))
    assert county.get(f"/projects/files/{other.pk}/remove/").status_code == FOUND
    assert county.post(f"/projects/files/{other.pk}/remove/").status_code == SEE_OTHER
    assert county.get(f"/projects/files/{other.pk}/remove/").status_code == 404
    assert signed_in(market.purse.county_b).get(f"/projects/files/{file.pk}/").status_code == 404
    called(market, project)
    assert county.get(f"{page}files/new/").status_code == 404 and "/remove/" not in text(county.get(page))
    everybody, notice = Browser(), Notice.objects.get()
    html = text(everybody.get(f"/notices/{notice.pk}/"))
    assert file.name in html and other.name not in html
    answer = everybody.get(f"/notices/{notice.pk}/files/{file.pk}/")
    assert answer.status_code == FOUND and sha256(answer.content).hexdigest() == file.sha256
    assert "attachment" in answer["Content-Disposition"]
    assert everybody.get(f"/notices/{notice.pk}/files/{other.pk}/").status_code == 404
    assert signed_in(market.firms[0]).get(f"/projects/files/{file.pk}/").status_code == FOUND


def test_a_bidder_seals_documents_over_the_pages(market: Market) -> None:
    project = market.invited()
    firm, page = signed_in(market.firms[0]), f"/projects/{project.pk}/"
    bid = {"price": "500", "labour_share": "70", "workers": "2", "hours": "800", "plan": "方案甲"}
    wrong = firm.post(f"{page}bid/", {**bid, **sent((PROGRAM, "照片.jpg"))})
    assert wrong.status_code == WRONG and "照片.jpg：只能传照片" in text(wrong) and "方案甲" in text(wrong)
    assert not Bid.objects.exists()
    assert firm.post(f"{page}bid/", {**bid, **sent(*PLAN)}).status_code == SEE_OTHER
    file = BidFile.objects.get()
    assert BidPiece.objects.count() == 1 and file.name in text(firm.get(page))
    assert firm.get(f"{page}bid/files/new/").status_code == FOUND
    assert firm.post(f"{page}bid/files/new/", sent(*PAPERS)).status_code == SEE_OTHER
    assert firm.get(f"/projects/bids/files/{file.pk}/remove/").status_code == FOUND
    assert firm.post(f"/projects/bids/files/{file.pk}/remove/").status_code == SEE_OTHER
    html = text(firm.get(page))
    assert file.name not in html and "平面图.jpg" in html
    other, county = signed_in(market.firms[1]), signed_in(market.county)
    assert other.get(f"{page}bid/files/new/").status_code == 404
    standing = BidFile.objects.get(name="平面图.jpg")
    assert other.get(f"/projects/bids/files/{standing.pk}/remove/").status_code == 404
    assert "平面图" not in text(county.get(page)) and county.get(f"{page}bid/files/new/").status_code == 403
    for place in (1, 2):
        offered(market, project, place)
    opened(market, project)
    html = text(county.get(page))
    assert "平面图.jpg" in html and "2 个附件" in html
    assert county.get(f"/projects/bids/files/{standing.pk}/?preview").status_code == FOUND
    assert firm.get(f"/projects/bids/files/{standing.pk}/remove/").status_code == 404
    firm.cookies["django_language"] = "en"
    assert "2 attachments" in text(firm.get(page))


def test_the_api_lists_and_tells_documents_in_the_same_scope(market: Market) -> None:
    project = market.reserved()
    paper = attached(market, project)[0]
    called(market, project)
    bids = [offered(market, project, place) for place in range(3)]
    file = BidFile.objects.get(bid=bids[0])
    county, firm, other = (signed_in(each) for each in (market.county, market.firms[0], market.firms[1]))
    of_project, of_bid = f"/api/v1/projects/{project.pk}/documents", f"/api/v1/bids/{bids[0].pk}/documents"
    for browser in (county, firm, other):
        rows = browser.get(of_project).json()["items"]
        assert {(row["name"], row["size"], row["sha256"]) for row in rows} >= {(paper.name, paper.size, paper.sha256)}
        assert browser.get(f"{of_project}/{paper.pk}").json()["sha256"] == paper.sha256
    assert [row["id"] for row in firm.get(of_bid).json()["items"]] == [str(file.pk)]
    assert firm.get(f"{of_bid}/{file.pk}").json()["name"] == file.name
    for browser in (county, other):
        assert browser.get(of_bid).status_code == browser.get(f"{of_bid}/{file.pk}").status_code == 404
    wrong_bid = f"/api/v1/bids/{bids[1].pk}/documents/{file.pk}"
    opened(market, project)
    assert county.get(f"{of_bid}/{file.pk}").json()["sha256"] == file.sha256
    assert county.get(wrong_bid).status_code == 404 and other.get(of_bid).status_code == 404
    assert county.get(f"{of_project}/{UUID(int=1)}").status_code == 404
