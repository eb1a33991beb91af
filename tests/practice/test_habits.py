"""What a worker's records teach the record sheet."""

from shegong.practice.rules.habits import LONGEST_PHRASE, Done, Habits, habits_of


def test_the_most_frequent_services_come_first_and_bring_their_usual_minutes_and_place() -> None:
    records = [
        Done(2, 60, "station", "小组"),
        *[Done(1, 30, "home", "探访") for _ in range(3)],
        Done(1, 45, "home", "探访"),
    ]
    habits = habits_of(records)
    assert habits.services == (1, 2)
    assert (habits.of_service[1].minutes, habits.of_service[1].place) == (30, "home")
    assert habits.minutes_for(2, 15) == 60
    assert habits.place_for(None, "home") == "station"  # the last place


def test_phrases_are_the_sentences_used_most_and_never_long_ones() -> None:
    long = "长" * (LONGEST_PHRASE + 1)
    records = [Done(1, 30, "home", text) for text in ("量血压。", long, "聊家常。", "聊家常。", "  ", long, long)]
    assert habits_of(records).of_service[1].phrases == ("聊家常。", "量血压。")


def test_a_new_worker_has_no_habits_and_gets_what_is_usual_anyway() -> None:
    habits = habits_of([])
    assert habits == Habits()
    assert (habits.minutes_for(7, 30), habits.place_for(7, "home")) == (30, "home")
