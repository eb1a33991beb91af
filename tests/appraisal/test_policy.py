"""The library: found by words, one version at a time, what rests on a clause, and what a change would do."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from shegong.appraisal.actions.policy import (
    Wording,
    add_document,
    draft_version,
    drop_clause,
    publish_version,
    save_clause,
)
from shegong.appraisal.models import Citation, Clause, PolicyDocument, PolicyVersion
from shegong.appraisal.queries.policy import asked_by, changes, clauses_on, found, resting_on, stations_failing
from shegong.appraisal.rules.search import terms_of
from shegong.indicators.rules import INDICATORS
from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.network.scope import viewing
from tests.appraisal.place import Appraised
from tests.appraisal.test_self_check import told
from tests.factories import World


@pytest.fixture
def place(world: World) -> Appraised:
    return Appraised(world)


def test_clauses_are_found_by_chinese_words(place: Appraised) -> None:
    assert [each.anchor for each in found("持证 登记", place.today)] == ["career"]
    assert "staff-station" in [each.anchor for each in found("持证社会工作者", place.today)]
    assert found("督导", place.today)[0].anchor in ("supervision", "functions")  # the heading first
    assert [each.version.document.code for each in found("MZ/T 095", place.today)] == ["mzt-095"]
    assert found("锁", place.today)  # a single character has no pair
    assert found("没有这样的话", place.today) == []


def test_terms_are_pairs_whatever_the_width() -> None:
    assert terms_of("ＡＢ社工站") == ["ab", "b社", "工站", "社工"]
    assert terms_of("站") == []


def test_what_is_cited_is_there(place: Appraised) -> None:
    present = set(clauses_on(place.today).values_list("version__document_id", "anchor"))
    cited = list(Citation.objects.all())
    assert {(each.document_id, each.anchor) for each in cited} <= present
    assert {each.key for each in cited if each.kind in ("indicator", "target")} <= INDICATORS.keys()
    assert {"hub", "station", "room", "centre"} == {each.key for each in cited if each.kind == "staffing"}
    # Acting together and the residents' door rest on laws of the country, which are no documents of the city's own.
    own = {code for code in INDICATORS if not code.startswith(("linkage.", "portal."))}
    assert own == {each.key for each in cited if each.kind == "indicator"} | {
        "purchase.pooled_funds", "purchase.executed_share", "purchase.yuan_per_hour", "purchase.contracts_on_pace",
        "appraisal.rooms_standardised",
    }  # fmt: skip


def test_what_rests_on_a_clause_and_who_fails_it(place: Appraised) -> None:
    place.fit(place.town)
    plan = PolicyDocument.objects.get(code="plan")
    with viewing(place.county.pk) as viewer:
        names = [each.name for each in resting_on(plan, "staff-station", viewer)]
    assert any("社工站" in name for name in names) and len(names) >= 4
    clause = Clause.objects.get(version__document=plan, anchor="staff-station")
    asked = asked_by(clause)
    assert asked is not None
    failing = stations_failing([asked], place.today, None)
    assert [station.pk for station in failing] == [place.world.towns["B"].pk]
    assert stations_failing([asked], place.today, [place.world.hubs["A"].pk]) == []


def test_a_change_shows_its_effect_before_it_takes_effect(place: Appraised) -> None:
    place.fit(place.town)
    plan = PolicyDocument.objects.get(code="plan")
    ahead = place.today + timedelta(days=100)
    with viewing(place.city.pk) as viewer:
        draft = draft_version(plan, ahead, "五种设备", by=viewer, at=clock.now())
        assert changes(draft, place.today) == []
        wording = Wording("equipment", "设备", "设备不少于五种。", "equipment_kinds", "station", Decimal(5))
        save_clause(draft, wording, by=viewer, at=clock.now())
        drop_clause(draft, "targets", by=viewer, at=clock.now())
        shown = {each.anchor: each for each in changes(draft, place.today)}
    assert {anchor: each.kind for anchor, each in shown.items()} == {"equipment": "changed", "targets": "gone"}
    effect = shown["equipment"].effect
    assert (effect.failing, effect.would_fail, effect.newly, effect.of) == (1, 2, (place.town.pk,), 2)
    with viewing(place.city.pk) as viewer:
        publish_version(draft, by=viewer, at=clock.now())
    assert Clause.objects.get(version=draft, anchor="equipment").least == 5
    assert "五种" not in clauses_on(place.today).get(version__document=plan, anchor="equipment").text
    assert "五种" in clauses_on(ahead).get(version__document=plan, anchor="equipment").text


def test_versions_follow_each_other_and_stay(place: Appraised) -> None:
    plan = PolicyDocument.objects.get(code="plan")
    with viewing(place.city.pk) as viewer:
        with pytest.raises(Problem) as early:
            draft_version(plan, date(2020, 1, 1), "", by=viewer, at=clock.now())
        draft = draft_version(plan, place.today, "", by=viewer, at=clock.now())
        again = draft_version(plan, place.today + timedelta(days=9), "改期", by=viewer, at=clock.now())
        publish_version(draft, by=viewer, at=clock.now())
        with pytest.raises(Problem) as twice:
            publish_version(draft, by=viewer, at=clock.now())
    assert (early.value.code, early.value.field, again.pk, twice.value.code) == (
        "version_order", "since", draft.pk, "version_published"
    )  # fmt: skip
    assert PolicyVersion.objects.get(document=plan, number=1).until == place.today + timedelta(days=9)
    stays = "appraisal_clause_published_stays"
    assert told("UPDATE appraisal_clause SET text = 'x' WHERE version_id = %s", draft.pk) == stays
    sql = "UPDATE appraisal_policyversion SET since = since + 1 WHERE id = %s"
    assert told(sql, draft.pk) == "appraisal_policyversion_published_stays"
    sql = "DELETE FROM appraisal_policyversion WHERE id = %s"
    assert told(sql, draft.pk) == "appraisal_policyversion_published_stays"


def test_a_new_document_is_the_citys_and_the_authority_issues_it(place: Appraised) -> None:
    with viewing(place.county.pk) as viewer, pytest.raises(Problem) as caught:
        add_document("new", "rule", "新制度", "市级", place.today, by=viewer, at=clock.now())
    assert caught.value.status == 403
    with viewing(place.city.pk) as viewer:
        made = add_document("new", "rule", "新制度", "市级", place.today, by=viewer, at=clock.now())
        draft = made.versions.get()
        with pytest.raises(Problem) as empty:
            publish_version(draft, by=viewer, at=clock.now())
        with pytest.raises(Problem) as wrong:
            save_clause(draft, Wording("第一条", "", "x", "premises"), by=viewer, at=clock.now())
    assert (made.issuer, empty.value.code) == ("试验部门", "version_empty")
    assert {each.field for each in wrong.value} >= {"anchor", "least"}
