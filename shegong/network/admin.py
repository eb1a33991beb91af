"""The network in the back office: the city, divisions, stations, who runs them, organisations, and granted roles."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Field, Q
from django.forms import ModelForm
from django.http import HttpRequest

from shegong.kernel import clock
from shegong.network.enums import OrganisationKind
from shegong.network.models import City, Division, Grant, Operation, Organisation, Station, StationStage
from shegong.people.backoffice import JournalledAdmin


@admin.register(City)
class CityAdmin(JournalledAdmin):
    """The one city: its names and its competent authority."""

    addable = False
    fields = ["name", "authority", "system_name", "is_demo"]
    readonly_fields = ["is_demo"]


@admin.register(Division)
class DivisionAdmin(JournalledAdmin):
    """Divisions come from the table of divisions; here they are looked up and corrected."""

    addable = False
    list_display = ["code", "name", "level", "parent", "since", "until"]
    list_filter = ["level"]
    list_select_related = ["parent"]
    search_fields = ["code", "name"]
    ordering = ["code", "since"]
    fields = ["code", "name", "level", "kind", "parent", "functional_area", "since", "until"]
    readonly_fields = ["code", "level", "parent"]


@admin.register(Organisation)
class OrganisationAdmin(JournalledAdmin):
    """Agencies, charities, departments, committees, enterprises, assessors."""

    list_display = ["name", "credit_code", "since", "until"]
    search_fields = ["name", "credit_code"]
    ordering = ["name"]

    def formfield_for_dbfield(self, db_field: "Field[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        """Kinds are ticked, not typed."""
        if db_field.name == "kinds":
            return forms.MultipleChoiceField(
                label=db_field.verbose_name, choices=OrganisationKind.choices, widget=forms.CheckboxSelectMultiple
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(Station)
class StationAdmin(JournalledAdmin):
    """What a station is called and where it is. The tree itself is built from the workbook; records hang on it."""

    addable = False
    list_display = ["key", "name", "tier", "stage", "hub"]
    list_filter = ["tier", "stage"]
    list_select_related = ["hub"]
    search_fields = ["key", "name"]
    ordering = ["path"]
    fields = [
        "key", "tier", "stage", "parent", "hub", "name", "division",
        "address", "hours", "phone", "longitude", "latitude",
    ]  # fmt: skip
    readonly_fields = ["key", "tier", "stage", "parent", "hub"]
    autocomplete_fields = ["division"]


@admin.register(StationStage)
class StationStageAdmin(JournalledAdmin):
    """The stages of stations' lives. The station's own stage follows the one in force today."""

    list_display = ["station", "stage", "since", "until", "reason"]
    list_filter = ["stage"]
    list_select_related = ["station"]
    search_fields = ["station__key", "station__name"]
    autocomplete_fields = ["station"]
    ordering = ["station__path", "since"]

    def save_model(self, request: HttpRequest, obj: Any, form: "ModelForm[Any]", change: bool) -> None:
        """Save, and bring the station's present stage up to date."""
        super().save_model(request, obj, form, change)
        today = clock.today()
        stages = StationStage.objects.filter(Q(until__isnull=True) | Q(until__gt=today), station=obj.station)
        present = stages.filter(since__lte=today).first()
        if present is not None:
            obj.station.stage = present.stage
            obj.station.save(update_fields=["stage"])


@admin.register(Operation)
class OperationAdmin(JournalledAdmin):
    """Who runs a station, and from when to when."""

    deletable = True
    list_display = ["station", "mode", "organisation", "since", "until"]
    list_filter = ["mode"]
    list_select_related = ["station", "organisation"]
    search_fields = ["station__key", "station__name", "organisation__name"]
    autocomplete_fields = ["station", "organisation"]
    ordering = ["station__path", "since"]


@admin.register(Grant)
class GrantAdmin(JournalledAdmin):
    """Roles granted at stations. What was granted and used is ended by its date; a slip may be deleted."""

    deletable = True
    list_display = ["account", "role", "station", "organisation", "since", "until"]
    list_filter = ["role"]
    list_select_related = ["account", "station", "organisation"]
    search_fields = ["account__username", "account__display_name", "station__key", "station__name"]
    autocomplete_fields = ["account", "station", "organisation"]
    ordering = ["account__username", "since"]
