"""Funds and contracts in the back office."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from shegong.people.backoffice import JournalledAdmin
from shegong.purchase.models import Contract, CreditRecord, Fund, Licence


@admin.register(Fund)
class FundAdmin(JournalledAdmin):
    """Sources of money."""

    list_display = ["code", "name_zh", "name_en"]
    search_fields = ["code", "name_zh", "name_en"]
    ordering = ["code"]


@admin.register(Contract)
class ContractAdmin(JournalledAdmin):
    """Purchases of services, to be looked up: what is agreed changes on the contract's own pages."""

    addable = False

    list_display = ["number", "organisation", "fund", "amount", "since", "until", "status"]
    list_filter = ["fund", "status"]
    list_select_related = ["organisation", "fund"]
    search_fields = ["number", "title", "organisation__name"]
    exclude = ["stations"]
    ordering = ["number"]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Licence)
class LicenceAdmin(JournalledAdmin):
    """Agencies' licences, where one has to be put right."""

    list_display = ["organisation", "kind", "number", "since", "until"]
    list_filter = ["kind"]
    list_select_related = ["organisation"]
    search_fields = ["number", "organisation__name"]
    autocomplete_fields = ["organisation"]
    ordering = ["-until"]


@admin.register(CreditRecord)
class CreditRecordAdmin(JournalledAdmin):
    """What is on record about agencies' good name, where it has to be put right."""

    list_display = ["organisation", "kind", "text", "since", "until"]
    list_filter = ["kind"]
    list_select_related = ["organisation"]
    search_fields = ["text", "organisation__name"]
    autocomplete_fields = ["organisation"]
    ordering = ["-since"]
