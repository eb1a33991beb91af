"""Addresses of the workbook, below /admin-tools/workbook/."""

from django.urls import path

from shegong.config.workbook import views

app_name = "workbook"

urlpatterns = [
    path("", views.workbook, name="page"),
    path("template.xlsx", views.template, name="template"),
    path("new-accounts/", views.new_accounts, name="new_accounts"),
]
