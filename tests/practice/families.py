"""A family of three generations for tests."""

from uuid import UUID

from shegong.practice.models import Client
from shegong.practice.rules.family import Bond, Family, Parentage, Person, System, Tie, Union


def key(number: int) -> UUID:
    """A key by its number."""
    return UUID(int=number)


def three_generations(client: Client) -> Family:
    """The client, both parents, the father's parents; a bond, a school with a tie."""
    return Family(
        persons=(
            Person(client.pk, client.name, linked=client.pk),
            Person(key(2), "王建国", sex="1", born=1980),
            Person(key(3), "李敏", sex="2", born=1982, in_household=True, occupation="超市员工"),
            Person(key(4), "爷爷", sex="1", born=1950, is_dead=True, died=2015),
            Person(key(5), "奶奶", sex="2", born=1952, health="高血压"),
        ),
        unions=(Union(key(11), key(2), key(3), "divorced", 2008, 2020), Union(key(12), key(4), key(5))),
        parentages=(Parentage(key(21), client.pk, union=key(11)), Parentage(key(22), key(2), union=key(12))),
        bonds=(Bond(key(31), client.pk, key(5), "very_close"), Bond(key(32), key(2), key(3), "conflict")),
        systems=(System(key(41), "school", "实验小学"),),
        ties=(Tie(key(51), key(41), client.pk, "stressful", "both"),),
    )
