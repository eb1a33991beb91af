"""Pictures of a family on paper: the shapes that the page draws, with lines that tell without colour."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils import timezone

from shegong.practice.papers import blocks
from shegong.practice.papers.blocks import Block
from shegong.practice.pictures.ecomap import ecomap
from shegong.practice.pictures.genogram import genogram
from shegong.practice.pictures.svg import Picture
from shegong.practice.queries.family import KeptFamily

# The page styles the pictures with its own sheet (frontend/src/styles/_pictures.scss), which a paper doesn't have.
STYLE: Final = """
text { font-family: "Noto Sans SC"; font-size: 13px; fill: #1a1a1a; }
.pic-name { font-size: 14px; }
.pic-note { font-size: 12px; fill: #555555; }
.pic-symbol, .pic-system { fill: #ffffff; stroke: #1a1a1a; stroke-width: 1.75px; }
.pic-system { stroke: #777777; }
.pic-elsewhere { stroke-dasharray: 3 3; }
.pic-middle { fill: #f2f2f2; stroke: #777777; stroke-width: 1.5px; }
.pic-cross, .pic-line, .pic-bond { fill: none; stroke: #1a1a1a; stroke-width: 1.75px; stroke-linejoin: round; }
.pic-cohabiting, .pic-adopted { stroke-dasharray: 7 4; }
.pic-foster { stroke-dasharray: 2 4; }
.pic-household { fill: #f2f2f2; stroke: #777777; stroke-width: 1.5px; stroke-dasharray: 8 5; stroke-linejoin: round; }
.pic-bond { stroke: #555555; }
.pic-distant { stroke-dasharray: 1.5 5; stroke-linecap: round; }
.pic-weak { stroke-dasharray: 6 5; }
.pic-arrow { fill: #1a1a1a; stroke: none; }
.pic-touch { fill: none; stroke: none; }
"""


def of_family(kept: KeptFamily, client_id: UUID, at: datetime) -> list[Block]:
    """家系图 and 生态图 as they are, each with what it says; no part where nothing was entered, no ecomap without
    anything around the family.
    """
    if not kept.version:
        return []
    drawn = [("家系图", genogram(kept.family, client_id, timezone.localtime(at).year))]
    if kept.family.systems:
        drawn.append(("生态图", ecomap(kept.family, client_id)))
    return [blocks.section(name, printed(picture), _said(picture)) for name, picture in drawn]


def printed(picture: Picture) -> Block:
    """A picture with its style in it."""
    return blocks.picture(picture.svg.replace(">", f"><style>{STYLE}</style>", 1), "\n".join(picture.sentences))


def _said(picture: Picture) -> Block:
    return blocks.soft("\n".join(picture.sentences))
