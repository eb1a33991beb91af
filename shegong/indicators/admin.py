"""Targets in the back office."""

from django.contrib import admin

from shegong.indicators.models import Target
from shegong.people.backoffice import JournalledAdmin


@admin.register(Target)
class TargetAdmin(JournalledAdmin):
    """What stations mean to reach."""

    deletable = True
    list_display = ["station", "code", "year", "value"]
    list_filter = ["year", "code"]
    list_select_related = ["station"]
    search_fields = ["station__key", "station__name", "code"]
    autocomplete_fields = ["station"]
    ordering = ["-year", "code"]
