"""The journal's page: the own part for everybody, all for the data-protection officer; every verb has its words."""

import ast
from pathlib import Path

from django.test import Client

from shegong.desk.journal_words import VERBS
from shegong.journal.actions import log
from shegong.people.enums import Role
from shegong.people.models import Account
from tests.factories import World

PACKAGE = Path(__file__).resolve().parents[2] / "shegong"


def browser(account: Account) -> Client:
    client = Client()
    client.force_login(account, "django.contrib.auth.backends.ModelBackend")
    return client


def test_everybody_sees_the_own_part_and_the_officer_all(world: World, django_assert_num_queries: object) -> None:
    worker, officer = world.account(Role.WORKER, world.rooms["A1"]), world.account(Role.DPO, world.centre)
    for number in range(30):
        log("reveal", "client", f"worker-{number}", by=worker.pk, station_id=world.rooms["A1"].id)
    log("reveal", "client", "officer-1", by=officer.pk)
    own = browser(worker).get("/journal/").content.decode()
    assert "worker-29" in own and "worker-1<" not in own and "officer-1" not in own
    all_of_it = browser(officer)
    page = all_of_it.get("/journal/").content.decode()
    assert "worker-29" in page and "officer-1" in page and worker.display_name in page
    assert "worker-29" not in all_of_it.get("/journal/", {"who": officer.username}).content.decode()
    assert "worker-29" in all_of_it.get("/journal/", {"who": worker.username, "verb": "reveal"}).content.decode()
    assert "worker-29" not in all_of_it.get("/journal/", {"verb": "sign_out"}).content.decode()
    assert "worker-29" not in all_of_it.get("/journal/", {"day": "2020-01-01"}).content.decode()
    assert all_of_it.get("/journal/", {"day": "nonsense", "verb": "x", "who": "\0"}).status_code == 200
    assert all_of_it.get("/journal/", {"cursor": "nonsense"}).status_code == 400


def test_every_verb_that_is_journalled_has_its_words() -> None:
    """Verbs are literals: the first argument of log, or of an action's own short form of it."""
    used = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"log", "_log", "_journal"}:
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    used.add(first.value)
    assert used and used <= set(VERBS)
