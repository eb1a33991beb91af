"""The demonstration city's contracts in life: how each was judged, asked for, held back and paid, as the ledger says;
and what was promised, close to what was done.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db import connection
from django.utils import timezone

from shegong.config.demo.copying import Table, line, reserve_ids
from shegong.kernel.ids import uuid7_from
from shegong.purchase.enums import ContractStatus, EntryKind, Pays
from shegong.purchase.models import (
    Acceptance,
    AgencyAnswer,
    Amendment,
    Claim,
    Commitment,
    Contract,
    ContractWarning,
    Deduction,
    Deliverable,
    Instalment,
    Payment,
)
from shegong.purchase.rules.contract import PARTS, grade_of

if TYPE_CHECKING:
    from shegong.config.demo.ledger import Books

Shares = Mapping[tuple[int, int], Sequence[tuple[str, int]]]
# When a contract's year is judged and paid: gate, share in percent, judged on, paid on (month, day).
GATES: Final = (("signature", 40, None, (3, 20)), ("mid_term", 40, (7, 3), (7, 20)), ("final", 20, (12, 1), (12, 10)))
# What became of a contract, by its place in the list; of the others nothing is told.
FATES: Final = {1: "deducted", 2: "proposed", 4: "mending", 5: "warned", 6: "repeated", 20: "repeated", 26: "waiting",
                31: "amended", 37: "proposed", 43: "warned", 50: "repeated"}  # fmt: skip
CYCLE: Final = 57
OPINIONS: Final = {
    "fail": "派驻人员空缺一个月，个案记录未按时归档，须补足并整改后重新验收。",
    "pass": "基本完成约定指标，记录质量有待提高。",
    "good": "完成约定指标，服务对象评价较好。",
    "excellent": "超额完成约定指标，服务成效明显。",
}
COLUMNS: Final = {
    Instalment: "id contract_id number gate year amount",
    Acceptance: "id contract_id kind year round held_on parts score grade opinion mend_by progress made_at made_by_id",
    Claim: "id contract_id instalment_id invoice amount note claimed_at claimed_by_id",
    Deduction: "id contract_id instalment_id amount reason answer_by state proposed_at proposed_by_id decided_at "
               "decided_by_id",
    ContractWarning: "id contract_id reason mend_by issued_at issued_by_id lifted_at lifted_by_id",
    AgencyAnswer: "id contract_id warning_id deduction_id text given_at given_by_id",
    Payment: "id contract_id instalment_id claim_id amount deducted paid_on paid_at paid_by_id",
    Deliverable: "id contract_id number name due_on delivered_on note",
    Amendment: "id contract_id version terminates reason agreed_on before after made_at made_by_id",
}  # fmt: skip


def yuan(cents: int) -> str:
    """Cents as the database reads yuan."""
    return f"{cents // 100}.{cents % 100:02d}"


def moment(day: date, hour: int = 10) -> datetime:
    """An hour of a day in the city."""
    return timezone.make_aware(datetime.combine(day, time(hour)))


def parts_of(cents: int) -> dict[str, int]:
    """A year's sum by gate; what rounding leaves comes last."""
    first = {gate: cents * share // 100 for gate, share, _judged, _paid in GATES[:2]}
    return first | {"final": cents - sum(first.values())}


class Deals:
    """The contracts with what each hub and fund gives for a year of them, and the rows that tell of their life."""

    def __init__(self, shares: Shares, today: date, officer: int) -> None:
        self._shares, self._today, self._officer = shares, today, officer
        self._contracts = list(Contract.objects.order_by("id"))
        self._rows: dict[type, list[str]] = {model: [] for model in COLUMNS}
        self._instalments: dict[tuple[int, int, str], int] = {}
        self._hubs: dict[int, list[int]] = defaultdict(list)
        for contract_id, hub_id in sorted(shares):
            self._hubs[contract_id].append(hub_id)
        self._plan()

    def shares_of(self, year: int) -> Shares:
        """What is given for the contracts that run in a year."""
        running = {each.pk for each in self._contracts if each.since.year <= year < each.until.year}
        return {key: parts for key, parts in self._shares.items() if key[0] in running}

    def spend(self, books: "Books", year: int) -> None:
        """The year's commitments in February and payments by their gates, as far as they have come."""
        for place, contract in enumerate(self._contracts):
            if contract.since.year <= year < contract.until.year:
                self._bind(books, contract, place, year)
                self._judge_and_pay(books, contract, place, year)

    def write(self) -> None:
        """Write what became of the contracts, and settle those that are paid."""
        for model, columns in COLUMNS.items():
            if model is not Instalment:
                Table(model, columns.split()).copy(self._rows[model])

    def _fate(self, contract: Contract, place: int, year: int) -> str:
        """What becomes of a contract in this year; of years before all is settled by now."""
        if year != self._today.year:
            return "repeated" if place % 13 == 6 else ""
        if contract is self._contracts[-1]:
            return "ended"
        return FATES.get(place % CYCLE, "")

    def _plan(self) -> None:
        """Instalments that add up to what the ledger binds; the sum of a contract is theirs."""
        planned = []
        for contract in self._contracts:
            total, number, years = 0, 0, contract.until.year - contract.since.year
            for year in range(1, years + 1):
                sums = self._sums(contract)
                for gate, *_rest in GATES:
                    number += 1
                    total += sums[gate]
                    planned.append((contract.pk, number, gate, year, sums[gate]))
            contract.amount = Decimal(yuan(total))
        ids = reserve_ids(Instalment, len(planned))
        self._instalments = {(row[0], row[3], row[2]): found for found, row in zip(ids, planned, strict=True)}
        Table(Instalment, COLUMNS[Instalment].split()).copy(
            line(found, *row[:4], yuan(row[4])) for found, row in zip(ids, planned, strict=True)
        )
        Contract.objects.bulk_update(self._contracts, ["amount"], batch_size=500)

    def _sums(self, contract: Contract) -> dict[str, int]:
        """What is due by gate in a year, over all hubs and funds."""
        found: dict[str, int] = defaultdict(int)
        for _hub, _code, cents in self._accounts(contract):
            for gate, part in parts_of(cents).items():
                found[gate] += part
        return found

    def _accounts(self, contract: Contract) -> Iterator[tuple[int, str, int]]:
        for hub_id in self._hubs[contract.pk]:
            for code, cents in self._shares[contract.pk, hub_id]:
                yield hub_id, code, cents

    def _bind(self, books: "Books", contract: Contract, place: int, year: int) -> None:
        signed = date(year, 2, 1) + timedelta(days=place % 20)
        if signed > self._today:
            return
        for hub_id, code, cents in self._accounts(contract):
            pays = Pays.ROOM_SERVICES if code == "CG" else Pays.OPERATION
            books.book(EntryKind.COMMIT, code, hub_id, signed, cents, contract_id=contract.pk, pays=pays)

    def _judge_and_pay(self, books: "Books", contract: Contract, place: int, year: int) -> None:
        fate, of_year = self._fate(contract, place, year), year - contract.since.year + 1
        self._deliver(contract, of_year, year)
        for gate, _share, judged, (month, day) in GATES:
            if gate == "final" and fate == "ended":
                self._end(books, contract)
                return
            if judged is not None:
                on = date(year, *judged) + timedelta(days=place % 7)
                if on > self._today or not self._judged(contract, gate, of_year, on, fate, place):
                    return
            paid_on = date(year, month, day) + timedelta(days=place % 9)
            if paid_on > self._today:
                return
            waits = (gate == "final" and place % 23 == 5) or (gate == "mid_term" and fate in ("waiting", "proposed"))
            held_back = self._deducted(contract, gate, of_year, paid_on, fate)
            self._pay(books, contract, gate, of_year, paid_on, held_back, is_paid=not waits)
        if fate == "warned":
            self._warn(contract, place)
        if fate == "amended":
            self._amend(contract)

    def _pay(
        self, books: "Books", contract: Contract, gate: str, year: int, on: date, held_back: int, *, is_paid: bool
    ) -> None:
        due = self._sums(contract)[gate] - held_back
        instalment = self._instalments[contract.pk, year, gate]
        claim = self._key("claim", contract, gate, year, on - timedelta(days=5))
        invoice = f"2551{contract.pk % 10_000_000:07d}{instalment % 100_000_000:09d}"
        self._add(Claim, claim, contract.pk, instalment, invoice, yuan(due), "", moment(on - timedelta(days=5)),
                  self._officer)  # fmt: skip
        if not is_paid:
            return
        payment = self._key("payment", contract, gate, year, on)
        self._add(Payment, payment, contract.pk, instalment, claim, yuan(due), yuan(held_back), on, moment(on, 15),
                  self._officer)  # fmt: skip
        for hub_id, code, cents in self._accounts(contract):
            part = parts_of(cents)[gate]
            less = min(part, held_back)
            held_back -= less
            books.book(
                EntryKind.PAY, code, hub_id, on, part - less, contract_id=contract.pk, gate=gate, payment=payment
            )

    def _judged(self, contract: Contract, gate: str, year: int, on: date, fate: str, place: int) -> bool:
        """Write how it was judged; whether it was passed by now."""
        rng, rounds = Random(contract.pk * 7 + year), 1
        if gate == "mid_term" and fate in ("repeated", "mending"):
            self._accept(contract, gate, year, 1, on, Decimal(rng.randint(48, 58)))
            if fate == "mending":
                return False
            rounds, on = 2, on + timedelta(days=9)
        if on > self._today:
            return False
        self._accept(contract, gate, year, rounds, on, Decimal(rng.choice((68, 76, 82, 85, 87, 88, 90, 91, 93, 95))))
        return True

    def _accept(self, contract: Contract, gate: str, year: int, rounds: int, on: date, score: Decimal) -> None:
        left, points = score, {}
        for code, most, _label in PARTS[:-1]:
            points[code] = (score * most / 100).quantize(Decimal("0.5"))
            left -= points[code]
        last = PARTS[-1]
        points[last[0]] = min(Decimal(last[1]), max(Decimal(0), left))
        whole = sum(points.values(), Decimal(0))
        grade = grade_of(whole)
        written = "{" + ", ".join(f'"{code}": "{value}"' for code, value in points.items()) + "}"
        key = self._key(f"acceptance-{rounds}", contract, gate, year, on)
        mend_by = on + timedelta(days=9) if grade == grade.FAIL else None
        self._add(Acceptance, key, contract.pk, gate, year, rounds, on, written, whole, grade.value, OPINIONS[grade],
                  mend_by, "[]", moment(on, 16), self._officer)  # fmt: skip

    def _deducted(self, contract: Contract, gate: str, year: int, paid_on: date, fate: str) -> int:
        """Cents that were held back of an instalment; one that is only proposed holds back nothing yet."""
        if gate != "mid_term" or fate not in ("deducted", "proposed"):
            return 0
        on, cents = paid_on - timedelta(days=12), self._sums(contract)[gate] * 5 // 100
        key = self._key("deduction", contract, gate, year, on)
        decided = (None, None) if fate == "proposed" else (moment(on + timedelta(days=8)), self._officer)
        state = "proposed" if fate == "proposed" else "upheld"
        self._add(Deduction, key, contract.pk, self._instalments[contract.pk, year, gate], yuan(cents),
                  "派驻人员少一人，按合同扣减本期 5%", on + timedelta(days=7), state, moment(on), self._officer,
                  *decided)  # fmt: skip
        if contract is self._contracts[2]:
            return 0  # this one still waits for the agency's word
        answer = self._key("answer", contract, gate, year, on + timedelta(days=3))
        said = "认可，已补派一名社工。" if state == "upheld" else "空缺期间由本机构其他社工顶岗，请核减扣减。"
        self._add(AgencyAnswer, answer, contract.pk, None, key, said, moment(on + timedelta(days=3)), self._officer)
        return cents if state == "upheld" else 0

    def _warn(self, contract: Contract, place: int) -> None:
        on = self._today - timedelta(days=3 + place % 6)
        key = self._key("warning", contract, "", 0, on)
        lifted = (moment(self._today - timedelta(days=1)), self._officer) if place % 2 else (None, None)
        self._add(ContractWarning, key, contract.pk, "十月起个案服务次数明显少于进度，请说明并提出补救安排。",
                  self._today + timedelta(days=7), moment(on), self._officer, *lifted)  # fmt: skip
        if place % 2:
            answer = self._key("answer", contract, "", 0, on)
            self._add(AgencyAnswer, answer, contract.pk, key, None, "已增派一名社工，月底前补足。",
                      moment(self._today - timedelta(days=2)), self._officer)  # fmt: skip

    def _amend(self, contract: Contract) -> None:
        on = date(self._today.year, 4, 10)
        if on > self._today:
            return
        state = f'"amount": "{contract.amount}", "until": "{contract.until}", "stations": []'
        self._add(Amendment, reserve_ids(Amendment, 1)[0], contract.pk, 2, False, "新增精细化服务，补充服务指标。", on,
                  "{" + state + ', "commitments": {}}', "{" + state + ', "commitments": {}}', moment(on),
                  self._officer)  # fmt: skip
        Contract.objects.filter(pk=contract.pk).update(version=2)

    def _end(self, books: "Books", contract: Contract) -> None:
        """Both sides agreed to end it early: what isn't paid is freed."""
        on = self._today - timedelta(days=9)
        for hub_id, code, cents in self._accounts(contract):
            left = parts_of(cents)["final"]
            books.book(EntryKind.RELEASE, code, hub_id, on, left, contract_id=contract.pk, note="合同提前终止")
        state = f'{{"amount": "{contract.amount}", "until": "{contract.until}", "stations": [], "commitments": {{}}}}'
        reason = "机构申请，双方协商提前终止，站点年底前移交。"
        self._add(Amendment, reserve_ids(Amendment, 1)[0], contract.pk, 2, True, reason, on, state, state, moment(on),
                  self._officer)  # fmt: skip
        Contract.objects.filter(pk=contract.pk).update(version=2, status=ContractStatus.TERMINATED)

    def _deliver(self, contract: Contract, of_year: int, year: int) -> None:
        for shift, (name, month) in enumerate((("半年工作报告", 7), ("年度总结报告", 12))):
            due = date(year, month, 15)
            done = due - timedelta(days=contract.pk % 6) if due <= self._today else None
            self._add(Deliverable, reserve_ids(Deliverable, 1)[0], contract.pk, of_year * 2 - 1 + shift,
                      f"{year}年{name}", due, done, "")  # fmt: skip

    def _key(self, what: str, contract: Contract, gate: str, year: int, on: date) -> UUID:
        return uuid7_from(f"{what}-{contract.pk}-{gate}-{year}", moment(on))

    def _add(self, model: type, *values: object) -> None:
        self._rows[model].append(line(*values))


def settle_contracts() -> None:
    """Contracts of which all was paid are settled."""
    Contract.objects.filter(status=ContractStatus.SIGNED).exclude(
        instalments__in=Instalment.objects.exclude(payments__isnull=False)
    ).update(status=ContractStatus.COMPLETED)


# What was done in each year of a contract: the tallies beside each other.
DONE: Final = """
SELECT c.id, w.year, c.since, c.until, w.persons, w.person_times, w.work_minutes / 60,
       (SELECT count(*) FROM practice_contractunit u WHERE u.contract_id = c.id AND u.year = w.year AND u.kind = 'C'
        AND u.size >= 3),
       (SELECT count(*) FROM practice_contractunit u WHERE u.contract_id = c.id AND u.year = w.year AND u.kind = 'S'
        AND u.size >= 5),
       (SELECT count(*) FROM practice_contractunit u WHERE u.contract_id = c.id AND u.year = w.year AND u.kind = 'A'
        AND u.size >= 20),
       (SELECT count(DISTINCT u.parent) FROM practice_contractunit u WHERE u.contract_id = c.id AND u.year = w.year
        AND u.kind = 'S' AND u.parent IS NOT NULL)
FROM practice_contractwork w JOIN purchase_contract c ON c.id = w.contract_id
WHERE w.year > 0 AND w.service = 0 ORDER BY c.id, w.year"""
# Measure, fewest sessions, fewest people, evidence; in the order of the columns above.
PROMISED: Final = (
    ("persons", 1, 1, "服务对象档案"),
    ("person_times", 1, 1, "服务记录"),
    ("hours", 1, 1, "服务记录、考勤"),
    ("cases", 3, 1, "个案档案（MZ/T 094）"),
    ("sessions", 1, 5, "签到表、过程记录（MZ/T 095）"),
    ("activities", 1, 20, "签到表、现场照片、总结"),
    ("groups", 1, 1, "小组计划与总结"),
)


def make_commitments(today: date, seed: int) -> None:
    """What each contract promised for each of its years: near what will have been done by its end, at times more."""
    rng, rows, numbers = Random(seed + 31), [], defaultdict[int, int](int)
    with connection.cursor() as cursor:
        cursor.execute(DONE)
        found = cursor.fetchall()
    for contract_id, year, since, until, *counts in found:
        begins, ends = date(since.year + year - 1, 1, 1), min(until, date(since.year + year, 1, 1))
        gone = min(max((today - begins).days, 1) / (ends - begins).days, 1.0)
        # Most agencies promise a little less than they do; some too much.
        boldness = rng.uniform(1.04, 1.25) if rng.random() < 0.14 else rng.uniform(0.9, 0.99)
        for (measure, sessions, people, evidence), done in zip(PROMISED, counts, strict=True):
            target = round(done / gone * boldness * rng.uniform(0.96, 1.0))
            target = round(target, -1) if target >= 100 else target
            if target < 1:
                continue
            numbers[contract_id] += 1
            rows.append((contract_id, numbers[contract_id], measure, target, year, sessions, people, evidence))
    columns = ["id", "contract_id", "number", "measure", "target", "year", "min_sessions", "min_attendance", "evidence"]
    ids = reserve_ids(Commitment, len(rows))
    Table(Commitment, columns).copy(line(row_id, *row) for row_id, row in zip(ids, rows, strict=True))
