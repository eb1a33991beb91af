"""Finding a client by what people type, as a room's worker, a county's officer: first results within 100 ms."""

from bench.measure import Measure, milliseconds, percentile
from bench.million import writers
from shegong.network.models import Grant
from shegong.network.scope import viewing
from shegong.people.enums import Role
from shegong.practice.models import Client
from shegong.practice.queries.client import search_clients
from shegong.workforce.models import Worker

TYPED = ("王", "wang", "wxy", "李秀", "lixiu", "zh", "z", "陈", "liu", "ym")


def run() -> list[Measure]:
    """p95 over everything typed, for each role."""
    worker = Worker.objects.get(id=writers()[0].worker_id)
    county = Grant.objects.filter(role=Role.COUNTY).first()
    assert worker.account_id is not None and county is not None
    measures = []
    for role, account_id in (("worker", worker.account_id), ("county", county.account_id)):
        with viewing(account_id) as viewer:
            phones = [client.phone for client in Client.objects.all()[:3]]
            took = [
                milliseconds(lambda text=text: search_clients(viewer, text))
                for _round in range(5)
                for text in (*TYPED, *phones)
                if text
            ]
        measures.append(Measure(f"search_p95_{role}", percentile(took, 0.95), "ms", 100))
    return measures
