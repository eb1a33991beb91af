"""Funds and contracts in the back office."""

from django.contrib import admin

from shegong.people.backoffice import JournalledAdmin
from shegong.purchase.models import Contract, Fund


@admin.register(Fund)
class FundAdmin(JournalledAdmin):
    """Sources of money."""

    list_display = ["code", "name_zh", "name_en"]
    search_fields = ["code", "name_zh", "name_en"]
    ordering = ["code"]


@admin.register(Contract)
class ContractAdmin(JournalledAdmin):
    """Purchases of services."""

    list_display = ["number", "organisation", "fund", "amount", "since", "until"]
    list_filter = ["fund"]
    list_select_related = ["organisation", "fund"]
    search_fields = ["number", "organisation__name"]
    autocomplete_fields = ["organisation", "fund", "stations"]
    ordering = ["number"]
