"""What clients of the demonstration city said: of cases that are closed, by members of groups, of activities."""

from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, Final

from django.db import connection
from django.utils import timezone

from shegong.kernel.ids import uuid7_from
from shegong.practice.models import Evaluation, EvaluationLink

MOST: Final = 1500
SHARE: Final = 0.6
# The last days of what can be evaluated, the latest first; of restricted files none.
ENDED: Final = {
    "case_id": """SELECT k.id, k.hub_id, k.station_id, k.closed_on FROM practice_case k
        JOIN practice_client c ON c.id = k.client_id AND c.hub_id = k.hub_id
        WHERE k.closed_on IS NOT NULL AND c.restricted_classes = '{}' ORDER BY k.closed_on DESC, k.id LIMIT %s""",
    "member_id": """SELECT m.id, m.hub_id, m.station_id, g.closed_on FROM practice_groupmember m
        JOIN practice_socialgroup g ON g.id = m.social_group_id AND g.hub_id = m.hub_id
        WHERE g.closed_on IS NOT NULL AND m.state = 'accepted' ORDER BY g.closed_on DESC, m.id LIMIT %s""",
    "activity_id": """SELECT a.id, a.hub_id, a.station_id, a.closed_on FROM practice_activity a
        WHERE a.closed_on IS NOT NULL ORDER BY a.closed_on DESC, a.id LIMIT %s""",
}
WORDS: Final = {
    5: ("社工常来看我，心里踏实。", "办事耐心，讲得明白。", "大家在一起很高兴，下次还来。", ""),
    4: ("挺好的，希望多来几次。", "学到了东西。", "", ""),
    3: ("还可以，时间短了一点。", "", ""),
    2: ("等得有点久。", ""),
    1: ("没有解决我的问题。",),
}


def make_evaluations(rng: Random, today: date, recorder: int) -> int:
    """Evaluations of a share of them, by links and by workers who asked; returns how many."""
    links: list[EvaluationLink] = []
    rows: list[Evaluation] = []
    for column, query in ENDED.items():
        with connection.cursor() as cursor:
            cursor.execute(query, [MOST])
            found = cursor.fetchall()
        for key, hub_id, station_id, ended in found:
            if rng.random() < SHARE:
                what = {column: key, "hub_id": hub_id, "station_id": station_id}
                _evaluate(rng, what, min(today, ended + timedelta(days=rng.randrange(8))), recorder, links, rows)
    EvaluationLink.objects.bulk_create(links, batch_size=1000)
    Evaluation.objects.bulk_create(rows, batch_size=1000)
    return len(rows)


def _evaluate(
    rng: Random,
    what: dict[str, Any],
    day: date,
    recorder: int,
    links: list[EvaluationLink],
    rows: list[Evaluation],
) -> None:
    at = datetime.combine(day, time(10), tzinfo=timezone.get_default_timezone())
    link = None
    if rng.random() < 0.4:
        link = EvaluationLink(
            **what,
            id=uuid7_from(f"evaluation-link-{len(links)}", at, rng),
            digest=rng.randbytes(32),
            channel=rng.choice(("link", "handed")),
            made_at=at,
            made_by_id=recorder,
            expires_at=at + timedelta(days=14),
            used_at=at,
        )
        links.append(link)
    score = rng.choices((5, 4, 3, 2, 1), (45, 38, 12, 3, 2))[0]
    better = None if rng.random() < 0.1 else max(1, min(5, score + rng.choice((-1, 0, 0))))
    rows.append(
        Evaluation(
            **what,
            id=uuid7_from(f"evaluation-{len(rows)}", at, rng),
            evaluated_on=day,
            score=score,
            better=better,
            comment=rng.choice(WORDS[score]),
            said_by="anonymous" if "activity_id" in what else rng.choice(("client", "client", "client", "family")),
            channel=link.channel if link else "asked",
            link=link,
            recorded_at=at,
            recorded_by_id=None if link else recorder,
        )
    )
