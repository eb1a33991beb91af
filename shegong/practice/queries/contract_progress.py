"""How far contracts have come, live from the tallies that each record adds to: one query for any number of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db import connection
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shegong.kernel import clock
from shegong.purchase.enums import UNITS, Measure
from shegong.purchase.rules.pace import Pace, Standing, days_of, pace_of

DONE: Final = """
SELECT k.id, k.contract_id, k.number, k.measure, k.target, k.year, k.min_sessions, k.min_attendance,
       coalesce(CASE WHEN %(english)s THEN i.name_en ELSE i.name_zh END, ''), c.since, c.until, k.done::float
FROM practice_commitments k JOIN purchase_contract c ON c.id = k.contract_id
LEFT JOIN catalogue_serviceitem i ON i.id = k.service_id
WHERE k.contract_id = ANY (%(ids)s)
ORDER BY k.contract_id, k.number"""


@dataclass(frozen=True, slots=True)
class Progress:
    """A commitment and how far it has come."""

    id: int
    contract_id: int
    number: int
    measure: str
    target: int
    year: int
    min_sessions: int
    min_attendance: int
    service: str
    begins: date
    ends: date
    done: float
    pace: Pace

    @property
    def last_day(self) -> date:
        """Of its time."""
        return self.ends - timedelta(days=1)

    @property
    def unit(self) -> str:
        """In what it is counted."""
        return str(UNITS[Measure(self.measure)])

    @property
    def title(self) -> str:
        """What is counted."""
        label = str(Measure(self.measure).label)
        return f"{label} · {self.service}" if self.service else label

    @property
    def rule(self) -> str:
        """From when on something counts, and whether once or each time."""
        if self.measure == Measure.CASES:
            return _("每例至少 %(count)s 次服务") % {"count": self.min_sessions}
        if self.measure == Measure.GROUPS:
            return _("至少 %(count)s 节，每节至少 %(people)s 人") % {
                "count": self.min_sessions, "people": self.min_attendance
            }  # fmt: skip
        if self.measure in (Measure.SESSIONS, Measure.ACTIVITIES):
            return _("每次至少 %(people)s 人") % {"people": self.min_attendance}
        return _("每人只计一次") if self.measure == Measure.PERSONS else ""

    @property
    def told(self) -> float:
        """What is done, as it is told: to a tenth."""
        return round(self.done, 1)

    @property
    def share(self) -> float:
        """How much of the target is reached, at most all of it."""
        return min(1.0, self.done / self.target)

    @property
    def standing(self) -> str:
        """How it stands, as a word of the code."""
        return self.pace.standing.value


@dataclass(frozen=True, slots=True)
class Course:
    """A contract's commitments of today's year and of its whole term, summed up."""

    rows: Sequence[Progress]

    def count(self, standing: str) -> int:
        """How many stand so."""
        return sum(row.standing == standing for row in self.rows)

    @property
    def behind(self) -> int:
        """How many will not be reached like this."""
        return self.count(Standing.BEHIND) + self.count(Standing.MISSED)

    @property
    def is_on_pace(self) -> bool:
        """Whether all will be."""
        return bool(self.rows) and not self.behind

    @property
    def share(self) -> float:
        """The mean share of the targets that is reached."""
        return sum(row.share for row in self.rows) / len(self.rows) if self.rows else 0.0


def progress(contract_ids: Iterable[int], today: date | None = None) -> Mapping[int, list[Progress]]:
    """{contract: its commitments with how far they have come}, for those that the scope shows (one query)."""
    day = today or clock.today()
    found: dict[int, list[Progress]] = defaultdict(list)
    with connection.cursor() as cursor:
        words: dict[str, Any] = {"ids": list(contract_ids), "english": (get_language() or "").startswith("en")}
        cursor.execute(DONE, words)
        for row in cursor.fetchall():
            *first, since, until, done = row
            begins, ends = days_of(since, until, row[5])
            told = [*first, begins, ends, done, pace_of(done, row[4], begins, ends, day)]
            found[row[1]].append(Progress(*told))
    return found


def course_of(rows: Sequence[Progress], today: date | None = None) -> Course:
    """What of a contract's commitments counts today: the year's in which today is (after its end the last), and those
    of the whole term.
    """
    day = today or clock.today()
    years = [row.year for row in rows if row.year and row.begins <= day]
    present = max(years, default=1)
    return Course([row for row in rows if row.year in (0, present)])


def recount_contracts() -> None:
    """Make all contracts' tallies anew, as the tables' owner: for the end of a load whose triggers were off."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT practice_contract_recount(NULL)")


DRIFT: Final = """
WITH counted AS MATERIALIZED (
    SELECT r.id, r.hub_id, r.contract_id, practice_contract_year(c.since, c.until, r.served_on) AS year,
           coalesce(i.first_id, i.id) AS service, r.method, r.case_id, r.person_times, r.work_minutes
    FROM practice_servicerecord r JOIN purchase_contract c ON c.id = r.contract_id
    JOIN catalogue_serviceitem i ON i.id = r.service_id
    WHERE r.voided_at IS NULL AND r.served_on >= c.since AND r.served_on < c.until
), expected AS (
    SELECT contract_id, coalesce(year, 0) AS year, 'P' AS kind, client_id::text AS unit, count(*) AS size,
           0::bigint AS more
    FROM counted k JOIN practice_recordclient p ON p.record_id = k.id AND p.hub_id = k.hub_id
    GROUP BY GROUPING SETS ((contract_id, year, client_id), (contract_id, client_id))
    UNION ALL
    SELECT contract_id, coalesce(year, 0), 'C', case_id::text, count(*), 0 FROM counted WHERE case_id IS NOT NULL
    GROUP BY GROUPING SETS ((contract_id, year, case_id), (contract_id, case_id))
    UNION ALL
    SELECT contract_id, y, CASE method WHEN 'G' THEN 'S' ELSE 'A' END, id::text, person_times, 0
    FROM counted, unnest(ARRAY[0, year]) AS y WHERE method IN ('G', 'M')
    UNION ALL
    SELECT contract_id, coalesce(year, 0), 'W', coalesce(service, 0)::text, sum(work_minutes), sum(person_times)
    FROM counted
    GROUP BY GROUPING SETS ((contract_id, year, service), (contract_id, year), (contract_id, service), (contract_id))
), stored AS (
    SELECT contract_id, year::int, kind, unit::text, size::bigint, 0::bigint AS more FROM practice_contractunit
    WHERE size <> 0
    UNION ALL
    SELECT contract_id, year, 'W', service::text, work_minutes, person_times FROM practice_contractwork
    WHERE records <> 0
)
SELECT count(*) FROM (
    (SELECT * FROM expected EXCEPT ALL SELECT * FROM stored)
    UNION ALL (SELECT * FROM stored EXCEPT ALL SELECT * FROM expected)
) AS d"""


def drift() -> int:
    """How many of the contracts' tallies aren't what the records say. For the tables' owner."""
    with connection.cursor() as cursor:
        cursor.execute(DRIFT)
        wrong: int = cursor.fetchone()[0]
        cursor.execute(
            "SELECT count(*) FROM practice_commitments_counted(ARRAY(SELECT id FROM purchase_commitment)) n "
            "FULL JOIN practice_commitmentdone d USING (commitment_id) WHERE d.done IS DISTINCT FROM n.done "
            "AND (n.done IS NOT NULL OR d.done <> 0)"
        )
        wrong += int(cursor.fetchone()[0])
        cursor.execute(
            "SELECT count(*) FROM practice_contractwork w WHERE service = 0 AND persons <> (SELECT count(*) "
            "FROM practice_contractunit u WHERE u.contract_id = w.contract_id AND u.year = w.year AND u.kind = 'P' "
            "AND u.size > 0)"
        )
        return wrong + int(cursor.fetchone()[0])
