"""Target letters in a small city: people of both sides, a letter with all kinds of items, and its steps."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.test import Client

from shegong.appraisal.actions import letter as signing
from shegong.appraisal.actions import letter_score as scoring
from shegong.appraisal.actions.letter import ItemDraft, LetterFrame
from shegong.appraisal.actions.library import load_library
from shegong.appraisal.models import LetterEntry, LetterItem, LetterObjection, TargetLetter
from shegong.kernel import clock
from shegong.kernel.uploads.keeping import Brought
from shegong.network.models import Organisation
from shegong.network.scope import viewing
from shegong.people.models import Account
from tests.factories import START, World
from tests.papers import picture_of

PROOF = Brought(picture_of(60, 40), "纪要.jpg")


DRAFT = ItemDraft(
    code="R1", title="条目", weight=40, collection="reading", indicator="network.rooms_running", unit="", evidence="",
    formula="proportion", direction="up", target=Decimal(4), zero=Decimal(0), cap=100, clause="plan#coverage",
)  # fmt: skip


def item(code: str, weight: int, **changed: Any) -> ItemDraft:
    """An item that the system reads, unless changed."""
    return replace(DRAFT, code=code, title=f"条目{code}", weight=weight, **changed)


class Lettered:
    """A world with a department and its liaison. A letter is read today, so that it can be scored at once."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.today = clock.today()
        load_library("试验部门", clock.now())
        self.city = world.account("city", world.centre)
        self.county = world.account("county", world.hubs["A"])
        self.stranger = world.account("county", world.hubs["B"])
        self.department = Organisation.objects.create(name="试验局", kinds=["department"], since=START)
        self.liaison = Account.objects.create(username="liaison-of-it", display_name="联络员")
        self.liaison.grants.create(role="liaison", station=world.hubs["A"], organisation=self.department, since=START)

    def items(self) -> list[ItemDraft]:
        """One of each kind: 40 by a reading, 35 by hand, 25 by milestones."""
        by_hand: dict[str, Any] = {"collection": "manual", "indicator": "", "unit": "万元", "evidence": "财政拨款单"}
        steps = (("印发方案", date(self.today.year, 1, 1)), ("验收", date(self.today.year, 12, 31)))
        task: dict[str, Any] = {"collection": "milestones", "indicator": "", "evidence": "文件", "target": Decimal(100)}
        return [
            item("R1", 40),
            item("M1", 35, **by_hand, formula="at_least", target=Decimal(200), zero=Decimal(100), cap=60),
            item("T1", 25, **task, milestones=steps),
        ]

    def drafted(self, *, of_department: bool = False, programme: str = "system") -> TargetLetter:
        hub = self.world.centre if of_department else self.world.hubs["A"]
        organisation = self.department if of_department else None
        frame = LetterFrame(programme, self.today.year, hub, organisation, self.today, 10)
        with viewing(self.city.pk) as viewer:
            letter = signing.draft_letter(frame, by=viewer, at=clock.now())
            for each in self.items():
                signing.save_item(letter, each, by=viewer, at=clock.now())
        return letter

    def issued(self, *, of_department: bool = False) -> TargetLetter:
        letter = self.drafted(of_department=of_department)
        with viewing(self.city.pk) as viewer:
            return signing.issue_letter(letter, by=viewer, at=clock.now(), today=self.today)

    def accepted(self, *, of_department: bool = False) -> TargetLetter:
        letter = self.issued(of_department=of_department)
        with viewing((self.liaison if of_department else self.county).pk) as viewer:
            return signing.accept_letter(letter, by=viewer, at=clock.now())

    def of(self, letter: TargetLetter, code: str) -> LetterItem:
        return LetterItem.objects.get(letter=letter, code=code)

    def entered(self, letter: TargetLetter, code: str, value: int, number: int = 0) -> LetterEntry:
        row = self.of(letter, code)
        milestone = row.milestones.filter(number=number).first()
        with viewing(self.county.pk) as viewer:
            return scoring.enter_value(
                row, Decimal(value), "见附件", PROOF, by=viewer, at=clock.now(), today=self.today, milestone=milestone
            )

    def scored(self) -> TargetLetter:
        """40 × 2/4 of the rooms, 35 × 0.6 × half of the money, 25 × one milestone of two."""
        letter = self.accepted()
        self.entered(letter, "M1", 150)
        self.entered(letter, "T1", 1, number=1)
        with viewing(self.city.pk) as viewer:
            return scoring.score_letter(letter, by=viewer, at=clock.now(), today=self.today)

    def objected(self, letter: TargetLetter, code: str = "M1", wanted: int = 200) -> LetterObjection:
        with viewing(self.county.pk) as viewer:
            return scoring.object_to(
                self.of(letter, code), Decimal(wanted), "漏计一笔", PROOF, by=viewer, at=clock.now(), today=self.today
            )


def browser(account: Account) -> Client:
    """Somebody's signed-in browser."""
    client = Client()
    client.force_login(account)
    return client
