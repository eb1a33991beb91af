"""Holidays in the back office: each autumn the State Council's notice brings those of the coming year."""

from django.contrib import admin

from shegong.people.backoffice import JournalledAdmin
from shegong.practice.models import SpecialDay


@admin.register(SpecialDay)
class SpecialDayAdmin(JournalledAdmin):
    """Holidays on weekdays, and weekend days that are worked instead; working-day clocks go by them."""

    deletable = True
    list_display = ["day", "is_working", "source"]
    list_filter = ["is_working"]
    date_hierarchy = "day"
    ordering = ["-day"]
