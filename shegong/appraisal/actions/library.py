"""The policies and the first standard that come with the product."""

import csv
import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from importlib.resources import files
from typing import Any, Final

from django.db import transaction

from shegong.appraisal.enums import CitedBy
from shegong.appraisal.models import Citation, Clause, PolicyDocument, PolicyVersion, Standard, StandardItem
from shegong.appraisal.queries.score_sheet import sheet_rows
from shegong.appraisal.rules.search import terms_of
from shegong.catalogue.models import ServiceItem
from shegong.network.enums import Tier

DATA: Final = "data"


def own_sheet() -> Iterator[Mapping[str, str]]:
    """The score sheet that we propose for rounds of assessment: rater, code, points, title_zh, title_en. The
    professional part follows the weights of evaluations that are public.
    """
    for row in sheet_rows():
        yield {name: words for name, words in row.items() if name not in ("document", "anchor")}


@transaction.atomic
def load_library(issuer: str, at: datetime) -> None:
    """Load our documents with their first versions and what rests on them; a document that is there stays as it is.
    `issuer` is the competent authority, who stands for documents that name nobody else.
    """
    known = set(PolicyDocument.objects.values_list("code", flat=True))
    for position, row in enumerate(_policies()):
        if row["code"] not in known:
            _load_document(row, position, issuer, at)


def _load_document(row: Mapping[str, Any], position: int, issuer: str, at: datetime) -> None:
    document = PolicyDocument.objects.create(
        code=row["code"],
        kind=row["kind"],
        title=row["title"],
        issuer=row.get("issuer", issuer),
        source=row["source"],
        position=position,
    )
    version = PolicyVersion.objects.create(document=document, number=1, since=date.fromisoformat(row["since"]))
    Clause.objects.bulk_create(
        Clause(
            version=version,
            anchor=each["anchor"],
            position=place,
            heading=each["heading"],
            text=each["text"],
            measure=each.get("measure", ""),
            tier=each.get("tier", ""),
            least=each.get("least"),
            terms=terms_of(f"{row['title']} {each['heading']} {each['text']}"),
        )
        for place, each in enumerate(row["clauses"])
    )
    PolicyVersion.objects.filter(pk=version.pk).update(published_at=at)
    services = sorted(set(ServiceItem.objects.values_list("code", flat=True)))
    Citation.objects.bulk_create(
        (
            Citation(kind=kind, key=key, document=document, anchor=anchor)
            for kind, by_anchor in row["cites"].items()
            for anchor, named in by_anchor.items()
            for key in (_of_letters(services, named) if kind == CitedBy.SERVICE else named)
        ),
        ignore_conflicts=True,
    )


def _of_letters(services: list[str], letters: list[str]) -> list[str]:
    """The codes of all services that begin with one of the letters."""
    return [code for code in services if code.rstrip("0123456789") in letters]


@transaction.atomic
def load_standards(year: int, at: datetime) -> list[Standard]:
    """Load our standard for each tier as that of a year, published; tiers that have one for the year keep it. The
    library must be there.
    """
    documents = PolicyDocument.objects.in_bulk(field_name="code")
    made = []
    for tier in (Tier.HUB, Tier.STATION, Tier.ROOM):
        if Standard.objects.filter(tier=tier, year=year).exists():
            continue
        standard = Standard.objects.create(
            tier=tier, year=year, opens_on=date(year, 1, 1), closes_on=date(year, 12, 31), pass_score=80
        )
        rows = [row for row in _items() if row["tier"] == tier]
        StandardItem.objects.bulk_create(
            StandardItem(
                standard=standard,
                position=position,
                code=row["code"],
                dimension=row["dimension"],
                title_zh=row["title_zh"],
                title_en=row["title_en"],
                weight=int(row["weight"]),
                evidence=row["evidence"],
                measure=row["measure"],
                least=row["least"] or None,
                is_veto=row["is_veto"] == "1",
                document=documents[row["document"]],
                anchor=row["anchor"],
            )
            for position, row in enumerate(rows)
        )
        Standard.objects.filter(pk=standard.pk).update(published_at=at)
        made.append(standard)
    return made


def _policies() -> list[dict[str, Any]]:
    text = files("shegong.appraisal").joinpath(DATA, "policies.json").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = json.loads(text)
    return found


def _items() -> Iterator[dict[str, str]]:
    text = files("shegong.appraisal").joinpath(DATA, "standards.csv").read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines())
