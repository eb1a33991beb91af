"""Kinds of values that requests carry. Each is narrow enough for the database, so that nothing wider ever reaches it,
and each says its bounds in the API's document.
"""

import re
from datetime import date, datetime
from typing import Annotated, Any, Final

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

LARGEST: Final = 2**31 - 1
PAGE_LIMIT: Final = 100
DAY: Final = re.compile(r"(?:19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}")
MOMENT: Final = re.compile(DAY.pattern + r"[Tt ].{5,40}")
# No control characters; line breaks belong into long texts, which the actions clean themselves.
PLAIN: Final = r"^[^\x00-\x1f\x7f-\x9f]*$"


def _day(value: Any) -> Any:
    if isinstance(value, date) or (isinstance(value, str) and DAY.fullmatch(value)):
        return value
    raise PydanticCustomError("day_form", "a day is written 2022-07-31")


def _moment(value: Any) -> Any:
    """Only what is written out: numbers could be seconds or milliseconds, and extreme years have no local time."""
    if isinstance(value, datetime) or (isinstance(value, str) and MOMENT.fullmatch(value)):
        return value
    raise PydanticCustomError("moment_form", "a moment is written 2022-07-31T09:30:00+08:00")


Day = Annotated[date, BeforeValidator(_day)]
Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]
Id = Annotated[int, Field(strict=True, ge=1, le=LARGEST)]
Count = Annotated[int, Field(strict=True, ge=-LARGEST, le=LARGEST)]
# In addresses everything is text, so that numbers are read from it.
IdParameter = Annotated[int, Field(ge=1, le=LARGEST)]
Word = Annotated[str, StringConstraints(max_length=100, pattern=PLAIN)]
# For searches that look up what the caller typed; and for secrets.
Phrase = Annotated[str, StringConstraints(max_length=200, pattern=PLAIN)]


def long_text(limit: int) -> Any:
    """The schema of a text that an action cleans and measures: the limit is told here, and kept there."""
    return Field(json_schema_extra={"maxLength": limit})


class Body(BaseModel):
    """A request's content: unknown members are refused, since a misspelt one would be lost silently."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Chosen(BaseModel):
    """The parameter that names the members wanted."""

    fields: Annotated[
        str | None,
        Field(description="Only these members, comma separated; all of them when left out.", max_length=500),
    ] = None


class Paged(Chosen):
    """The parameters of every list."""

    cursor: Annotated[
        str | None, Field(description="`next` of the page before; the first page when left out.", max_length=4000)
    ] = None
    limit: Annotated[int, Field(ge=1, le=PAGE_LIMIT, description="How many at most.")] = 25
