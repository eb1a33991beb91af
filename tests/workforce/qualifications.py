"""Workers with certificates, registrations and hours, for tests."""

import io
from datetime import date, timedelta

from PIL import Image

from shegong.kernel import clock
from shegong.people.models import Account
from shegong.workforce.models import (
    Course,
    Credential,
    CredentialRequest,
    Enrolment,
    LearningEntry,
    Proof,
    ProofPiece,
    Registration,
    Worker,
)
from shegong.workforce.rules.credential import years_after
from tests.factories import World


def photo() -> bytes:
    """A small picture."""
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(out, "JPEG")
    return out.getvalue()


def certify(
    worker: Worker, number: str = "D2020510001", on: date = date(2020, 10, 31), level: str = "assistant"
) -> Credential:
    """A certificate on file."""
    return Credential.objects.create(worker=worker, hub_id=worker.hub_id, level=level, number=number, issued_on=on)


def register(credential: Credential, since: date, until: date | None = None) -> Registration:
    """A registration on file, for three years."""
    worker = credential.worker
    return Registration.objects.create(
        worker=worker, hub_id=worker.hub_id, station_id=worker.station_id, credential=credential,
        certified_on=credential.issued_on, since=since, until=until or years_after(since, 3), entered_at=clock.now(),
    )  # fmt: skip


def learn(worker: Worker, hours: int, on: date, by: Account, **changes: object) -> LearningEntry:
    """Hours that count."""
    now = clock.now()
    content = {
        "kind": "training", "title": "个案工作实务", "state": "approved", "decided_at": now, "decided_by": by,
    } | changes  # fmt: skip
    return LearningEntry.objects.create(
        worker=worker, hub_id=worker.hub_id, station_id=worker.station_id, learned_on=on, hours=hours, entered_at=now,
        entered_by=by, **content,
    )  # fmt: skip


def make_course(world: World, by: Account, **changes: object) -> Course:
    """A course of the hub A in a week."""
    start = clock.now() + timedelta(days=7)
    content = {
        "title": "个案工作实务", "place": "总站三楼", "starts_at": start, "ends_at": start + timedelta(hours=6),
        "enrol_until": start, "hours": 8, "capacity": 2, "hub": world.hubs["A"], "station": world.hubs["A"],
    } | changes  # fmt: skip
    return Course.objects.create(made_at=clock.now(), made_by=by, **content)


def fill_qualifications(worker: Worker, account: Account, day: date) -> None:
    """A row in each table about a worker's qualification."""
    now = clock.now()
    credential = certify(worker, on=day)
    register(credential, day)
    here = {"worker": worker, "hub_id": worker.hub_id, "station_id": worker.station_id}
    proof = Proof.objects.create(**here, media="image/jpeg", name="a.jpg", size=1, brought_at=now, brought_by=account)
    ProofPiece.objects.create(proof=proof, number=1, sealed=b"x")
    CredentialRequest.objects.create(
        **here, kind="renewal", level="assistant", since=day, proof=proof, asked_at=now, asked_by=account
    )
    course = Course.objects.create(
        title="课", place="总站", starts_at=now, ends_at=now + timedelta(hours=2), enrol_until=now, hours=2, capacity=5,
        hub_id=worker.hub_id, station_id=worker.station_id, made_at=now, made_by=account,
    )  # fmt: skip
    Enrolment.objects.create(
        **here, course=course, name=worker.name, enrolled_at=now, enrolled_by=account, state="attended"
    )
