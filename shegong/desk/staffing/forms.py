"""The form of a transfer that is tried out before it is saved."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms

from shegong.network.models import Station
from shegong.workforce.forms.worker import add_post_fields


class TransferForm(forms.Form):
    """Where to, as what, how much, from when on."""

    def __init__(self, *args: Any, stations: Iterable[Station], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        add_post_fields(self, stations, today)
