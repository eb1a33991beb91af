"""Workers in the back office. They come from the workbook; here they are corrected and given an account."""

from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest

from shegong.people.backoffice import JournalledAdmin
from shegong.workforce.models import CareerCondition, Credential, Posting, Worker


@admin.register(Worker)
class WorkerAdmin(JournalledAdmin):
    """Who works in the network. The telephone number is encrypted, and not shown here."""

    addable = False
    list_display = ["name", "station", "employer", "source", "since", "until"]
    list_filter = ["source", "is_professional", "is_supervisor", "is_psychological"]
    list_select_related = ["station", "employer"]
    search_fields = ["name", "sort_key"]
    autocomplete_fields = ["account", "employer"]
    ordering = ["hub", "station", "sort_key"]
    fields = [
        "name", "sort_key", "sex", "account", "employer", "source", "station",
        "is_professional", "is_supervisor", "is_psychological", "since", "until",
    ]  # fmt: skip
    # Transfers and departures have pages of their own, which keep postings with them.
    readonly_fields = ["station", "until"]


@admin.register(Credential)
class CredentialAdmin(JournalledAdmin):
    """Professional qualification certificates."""

    list_display = ["worker", "level", "number", "issued_on"]
    list_filter = ["level"]
    list_select_related = ["worker"]
    search_fields = ["worker__name", "number"]
    autocomplete_fields = ["worker"]
    exclude = ["hub"]
    ordering = ["worker", "issued_on"]

    def save_model(self, request: HttpRequest, obj: Any, form: "ModelForm[Any]", change: bool) -> None:
        """The certificate is kept where its holder is."""
        obj.hub_id = obj.worker.hub_id
        super().save_model(request, obj, form, change)


@admin.register(Posting)
class PostingAdmin(JournalledAdmin):
    """Who works where, and for how much of the time: to look at. They are made and changed on the worker's page."""

    addable = False
    list_display = ["worker", "station", "role", "share", "since", "until"]
    list_filter = ["role"]
    list_select_related = ["worker", "station"]
    search_fields = ["worker__name", "station__key", "station__name"]
    exclude = ["hub"]
    readonly_fields = ["worker", "station", "role", "share", "since", "until"]
    ordering = ["station", "since"]


@admin.register(CareerCondition)
class CareerConditionAdmin(JournalledAdmin):
    """What each step of the career ladder asks for, since when and by which source."""

    list_display = ["step", "measure", "least", "source", "since", "until"]
    list_filter = ["step", "measure"]
    ordering = ["step", "id"]
