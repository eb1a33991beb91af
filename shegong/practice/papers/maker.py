"""A kind of paper: what it is about, what it says, how it looks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem
from shegong.network.models import City
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.practice.papers.blocks import moment

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a paper is about. `kind` and `key` are what the journal calls it, `url` leads back to it."""

    kind: str
    key: UUID
    hub_id: int
    station_id: int
    number: str
    url: str


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who prints, when, whether numbers and addresses are printed whole, and whether the data are simulated."""

    name: str
    at: datetime
    reveals: bool = False
    simulated: bool = False

    @property
    def words(self) -> str:
        """What stands on every page."""
        return f"{self.name} {moment(self.at)} 打印"

    def values(self, *, title: str, number: str, issuer: str) -> dict[str, Any]:
        """What every template wants: its title, number and issuer, and this stamp."""
        return {
            "title": title,
            "number": number,
            "issuer": issuer,
            "printed": self.words,
            "simulated": self.simulated,
        }


@dataclass(frozen=True, slots=True)
class PaperMaker:
    """`subject` and `values` give None for what is out of the viewer's reach. `holds_numbers`: it can print identity
    and telephone numbers whole.
    """

    name: "StrOrPromise"
    template: str
    roles: tuple[Role, ...]
    subject: Callable[[Viewer, UUID], Subject | None]
    values: Callable[[Viewer, UUID, Stamp], Values | None]
    holds_numbers: bool = False


def maker_of(kind: str) -> PaperMaker:
    """The maker of this kind. Raises Problem `paper_unknown` (404)."""
    path = settings.PAPERS.get(kind)
    if path is None:
        raise Problem("paper_unknown", _("没有这种文件。"), status=404)
    maker = import_string(path)
    assert isinstance(maker, PaperMaker)
    return maker


def stamp_of(viewer: Viewer, at: datetime, *, reveals: bool) -> Stamp:
    """The viewer's stamp (one query)."""
    simulated = City.objects.filter(is_demo=True).exists()
    return Stamp(f"{viewer.display_name}（{viewer.username}）", at, reveals, simulated)
