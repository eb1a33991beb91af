"""The catalogue in the back office. A wording that changes is a new version; what records point at is never deleted."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from shegong.catalogue.models import Field, Instrument, PopulationGroup, ServiceItem
from shegong.people.backoffice import JournalledAdmin


class FixedAdmin(JournalledAdmin):
    """Shown only: numbers are kept by these, so they come with the installation."""

    addable = False
    list_display = ["code", "name_zh", "name_en"]
    search_fields = ["code", "name_zh", "name_en"]
    ordering = ["position"]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Field)
class FieldAdmin(FixedAdmin):
    """Fields of service."""


@admin.register(PopulationGroup)
class PopulationGroupAdmin(FixedAdmin):
    """Population groups."""

    list_display = ["code", "name_zh", "name_en", "restricted_class"]


@admin.register(ServiceItem)
class ServiceItemAdmin(JournalledAdmin):
    """Basic and refined services by version."""

    list_display = ["code", "version", "name_zh", "kind", "field", "group", "method", "unit", "since", "until"]
    list_filter = ["kind", "field", "method"]
    list_select_related = ["field", "group"]
    search_fields = ["code", "name_zh", "name_en"]
    autocomplete_fields = ["first"]
    ordering = ["code", "version"]


@admin.register(Instrument)
class InstrumentAdmin(JournalledAdmin):
    """Scales and forms by version."""

    list_display = ["code", "version", "name_zh", "since", "until"]
    search_fields = ["code", "name_zh", "name_en"]
    ordering = ["code", "version"]
