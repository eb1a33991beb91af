"""Whether a station has the people that the rule of its tier asks for: now, since when, until when. Pure.

The database counts all stations of a city by the same reckoning (`workforce_staffing`); a test holds the two against
each other.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem


@dataclass(frozen=True, slots=True)
class Rule:
    """What a tier's stations need for a period (see models.StaffingRule)."""

    least: int
    certified_only: bool
    counts_from: int
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """Somebody posted at a station: the share in percent, from when to when, and from when to when certified.

    `leaves` are other days on which it ends: the end of service, of a contract.
    """

    worker_id: int
    share: int
    since: date
    until: date | None = None
    certified_since: date | None = None
    certified_until: date | None = None
    leaves: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """How a station stands: `present` of `needed` people, in this state since a day, and until a day that is known."""

    needed: int
    present: int
    since: date
    until: date | None

    @property
    def met(self) -> bool:
        """Whether the rule is met."""
        return self.present >= self.needed

    @property
    def missing(self) -> int:
        """How many people more it takes."""
        return max(self.needed - self.present, 0)


def standing(posts: Collection[Post], rules: Collection[Rule], open_since: date, day: date) -> Standing | None:
    """A station's standing on a day; None where no rule is in force. `rules` are its tier's, of all times."""
    present: dict[date, int] = {}
    needed: dict[date, int] = {}
    for rule in rules:
        _add(needed, rule.since, rule.until, rule.least)
        for since, until in _terms(posts, rule):
            _add(present, since, until, 1)
    here = sum(count for at, count in present.items() if at <= day)
    wanted = sum(count for at, count in needed.items() if at <= day)
    if not wanted:
        return None
    began, ends = open_since, None
    level, met = 0, None
    for at in sorted({*present, *needed}):
        level += present.get(at, 0) - needed.get(at, 0)
        if (level >= 0) is met:
            continue
        met = level >= 0
        if at <= day:
            began = max(at, open_since)
        elif ends is None:
            ends = at
    return Standing(needed=wanted, present=here, since=began, until=ends)


def _terms(posts: Iterable[Post], rule: Rule) -> Iterable[tuple[date, date | None]]:
    """When each of the people counts under a rule."""
    for post in posts:
        if post.share < rule.counts_from or (rule.certified_only and post.certified_since is None):
            continue
        starts = [post.since, rule.since]
        ends = [end for end in (post.until, rule.until, *post.leaves) if end is not None]
        if rule.certified_only and post.certified_since is not None:
            starts.append(post.certified_since)
            ends += [post.certified_until] if post.certified_until is not None else []
        since, until = max(starts), min(ends, default=None)
        if until is None or since < until:
            yield since, until


def _add(changes: dict[date, int], since: date, until: date | None, count: int) -> None:
    changes[since] = changes.get(since, 0) + count
    if until is not None:
        changes[until] = changes.get(until, 0) - count


def rule_problems(
    least: int, most: int | None, counts_from: int, since: date, present_since: date | None
) -> list[Problem]:
    """What is wrong with a new rule. `present_since`: since when the one that it follows is in force."""
    found = []
    if not 1 <= least <= 99:
        found.append(Problem("least_range", _("至少 1 人，最多 99 人。"), "least"))
    if most is not None and not least <= most <= 99:
        found.append(Problem("most_range", _("不能少于“至少几人”，最多 99 人。"), "most"))
    if not 1 <= counts_from <= 100:
        found.append(Problem("share_range", _("工时占比应在 1 到 100 之间。"), "counts_from"))
    if present_since is not None and since <= present_since:
        reason = _("应晚于现行标准的开始日期 %(day)s。")
        found.append(Problem("rule_order", reason, "since", params={"day": present_since.isoformat()}))
    return found
