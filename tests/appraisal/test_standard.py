"""Standards as data: written, weighed, published, copied to the next year, tried against today's data."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shegong.appraisal.actions.policy import draft_version, drop_clause, publish_version
from shegong.appraisal.actions.standard import (
    ItemDraft,
    copy_standard,
    drop_draft,
    drop_item,
    publish_standard,
    save_item,
)
from shegong.appraisal.models import PolicyDocument, Standard, StandardItem
from shegong.appraisal.queries.standard import measured, preview, standards_in_force, standings, with_items
from shegong.appraisal.rules.measures import MEASURES
from shegong.appraisal.rules.standard import Verdict, scored
from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.network.scope import viewing
from shegong.workforce.queries.staffing import staffing
from tests.appraisal.place import Appraised
from tests.appraisal.test_self_check import told
from tests.factories import World

EXTRA = ItemDraft("X1", "equipment", "有母婴室", "A room for mothers", 5, "observed", "", None, False, "plan#rooms")


@pytest.fixture
def place(world: World) -> Appraised:
    return Appraised(world)


def copied(place: Appraised) -> Standard:
    with viewing(place.city.pk) as viewer:
        return copy_standard(place.standard(), place.today.year + 1, by=viewer, at=clock.now())


def code_of(act: object, *rest: object, account: object, **more: object) -> str:
    with viewing(account.pk) as viewer, pytest.raises(Problem) as caught:
        act(*rest, by=viewer, at=clock.now(), **more)
    return caught.value.code


def test_our_standards_add_up_to_a_hundred_and_measure_what_there_is(place: Appraised) -> None:
    for standard in standards_in_force(place.today).values():
        items = list(standard.items.all())
        assert sum(item.weight for item in items) == 100
        assert {item.measure for item in items} - {""} <= MEASURES.keys()
        assert all(standard.tier in MEASURES[item.measure].tiers for item in items if item.measure)


def test_a_year_is_copied_changed_and_published(place: Appraised) -> None:
    draft = copied(place)
    assert draft.opens_on == date(place.today.year + 1, 1, 1)
    assert draft.items.count() == place.standard().items.count()
    assert standards_in_force(place.today)["station"].year == place.today.year
    with viewing(place.city.pk) as viewer:
        save_item(draft, EXTRA, by=viewer, at=clock.now())
    assert code_of(publish_standard, draft, account=place.city, today=place.today) == "weights_not_100"
    with viewing(place.city.pk) as viewer:
        drop_item(draft, "X1", by=viewer, at=clock.now())
        publish_standard(draft, by=viewer, at=clock.now(), today=place.today)
    assert code_of(save_item, Standard.objects.get(pk=draft.pk), EXTRA, account=place.city) == "standard_published"
    assert code_of(copy_standard, place.standard(), draft.year, account=place.city) == "standard_exists"
    assert code_of(copy_standard, place.standard(), draft.year + 1, account=place.county) == "not_the_city"


def test_a_draft_can_be_thrown_away(place: Appraised) -> None:
    draft = copied(place)
    with viewing(place.city.pk) as viewer:
        drop_draft(draft, by=viewer, at=clock.now())
    assert not Standard.objects.filter(pk=draft.pk).exists()
    assert code_of(drop_draft, place.standard(), account=place.city) == "standard_published"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"weight": 0}, "weight_range"),
        ({"evidence": "computed"}, "several_problems"),
        ({"evidence": "computed", "measure": "premises"}, "least_missing"),
        ({"measure": "premises", "least": Decimal(1)}, "measure_unfit"),
        ({"clause": "plan#nowhere"}, "clause_repealed"),
        ({"title_zh": " "}, "missing"),
    ],
)
def test_an_item_is_complete_and_rests_on_a_clause_in_force(
    place: Appraised, changes: dict[str, object], code: str
) -> None:
    assert code_of(save_item, copied(place), replace(EXTRA, **changes), account=place.city) == code


def test_a_rule_whose_clause_was_repealed_is_not_published(place: Appraised) -> None:
    draft = copied(place)
    document = PolicyDocument.objects.get(code="management-rule")
    with viewing(place.city.pk) as viewer:
        version = draft_version(document, date(place.today.year + 1, 1, 1), "", by=viewer, at=clock.now())
        drop_clause(version, "safety", by=viewer, at=clock.now())
        publish_version(version, by=viewer, at=clock.now())
    assert code_of(publish_standard, draft, account=place.city, today=place.today) == "clause_repealed"
    sql = "UPDATE appraisal_standard SET published_at = now() WHERE id = %s"
    assert told(sql, draft.pk) == "appraisal_standard_clauses_in_force"


def test_the_tables_hold_the_sum_and_what_was_published(place: Appraised) -> None:
    draft = copied(place)
    StandardItem.objects.filter(standard=draft, code="E1").update(weight=50)
    publish = "UPDATE appraisal_standard SET published_at = now() WHERE id = %s"
    assert told(publish, draft.pk) == "appraisal_standard_weights_are_100"
    present = place.standard().pk
    kept = "appraisal_standarditem_published_stays"
    assert told("UPDATE appraisal_standarditem SET weight = 1 WHERE standard_id = %s", present) == kept
    assert told("DELETE FROM appraisal_standarditem WHERE standard_id = %s", present) == kept
    move = "UPDATE appraisal_standarditem SET standard_id = %s WHERE standard_id = %s AND code = 'E1'"
    assert told(move, present, draft.pk) == kept
    change = "UPDATE appraisal_standard SET pass_score = 10 WHERE id = %s"
    assert told(change, present) == "appraisal_standard_published_stays"


def test_only_the_city_writes_by_raw_sql_too(place: Appraised) -> None:
    draft = copied(place)
    for account in (place.head, place.county):
        with viewing(account.pk), connection.cursor() as cursor:
            cursor.execute("UPDATE appraisal_standard SET pass_score = 1 WHERE id = %s", [draft.pk])
            assert cursor.rowcount == 0
            with pytest.raises(Exception, match="row-level security"), transaction.atomic():
                cursor.execute("INSERT INTO appraisal_policydocument (code, kind, title, issuer, source, position) "
                               "VALUES ('x', 'rule', 'x', 'x', 'x', 1)")  # fmt: skip


def test_a_draft_is_tried_against_todays_data(place: Appraised) -> None:
    place.fit(place.town)
    draft = copied(place)
    present = standards_in_force(place.today)["station"]
    same = preview(with_items().get(pk=draft.pk), present, place.today)
    assert (same.stations, same.may_pass, same.may_pass_before, same.lost) == (2, 1, 1, ())
    StandardItem.objects.filter(standard=draft, code="E1").update(least=3)  # a veto item
    stricter = preview(with_items().get(pk=draft.pk), present, place.today)
    assert (stricter.may_pass, stricter.lost) == (0, (place.town.pk,))
    missed = {each.item.code: (each.missed, each.missed_before) for each in stricter.items}
    assert missed["E1"] == (2, 1)
    assert missed["V6"] == (None, None)


def test_all_stations_are_measured_in_one_statement(place: Appraised, django_assert_num_queries: object) -> None:
    place.fit(place.town)
    with django_assert_num_queries(1):
        rows = measured(place.today)
    by_id = {row.station_id: row for row in rows}
    assert len(by_id) == 9
    values = by_id[place.town.pk].values
    assert values.keys() == MEASURES.keys()
    assert (values["premises"], values["open_days"], values["open_hours"], values["activity_places"]) == (1, 7, 56, 40)
    assert (values["staffed"], values["registered"], values["learning_hours"]) == (100, 100, 30)
    assert [row.station_id for row in measured(place.today, station_ids=[place.town.pk])] == [place.town.pk]
    assert {row.hub_id for row in measured(place.today, hub_ids=[place.town.hub_id])} == {place.town.hub_id}
    # The same reckoning of staff as the staffing pages'.
    for key, standing in staffing(place.today).items():
        assert by_id[key].values["staffed"] == pytest.approx(standing.present * 100 / standing.needed)
    stands = standings(rows, standards_in_force(place.today))
    assert stands[place.town.pk].may_pass and not stands[place.world.towns["B"].pk].may_pass


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 20), st.booleans(), st.sampled_from([True, False, None]), st.sampled_from(
            ["equipment", "staffing", "operation", "oversight"]
        )),
        max_size=12,
    ),
    st.integers(1, 100),
)  # fmt: skip
def test_a_score_is_the_sum_of_its_explanation(drawn: list[tuple[int, bool, bool | None, str]], least: int) -> None:
    verdicts = [Verdict(f"I{place}", side, weight, veto, met) for place, (weight, veto, met, side) in enumerate(drawn)]
    score = scored(verdicts, least)
    whole = sum(each.weight for each in verdicts)
    assert 0 <= score.points <= score.points + score.open_points <= whole
    assert score.points == sum(reached for reached, _of in score.by_dimension.values())
    assert whole == sum(of for _reached, of in score.by_dimension.values())
    assert not score.passes or (score.may_pass and not score.vetoes)
