"""Addresses of the open directory, those that HSDS 3.0 names."""

from django.urls import path

from shegong.portal.hsds import views

app_name = "hsds"

urlpatterns = [
    path("", views.about, name="about"),
    path("services", views.services, name="services"),
    path("services/<str:key>", views.service, name="service"),
    path("organizations", views.organizations, name="organizations"),
    path("organizations/<str:key>", views.organization, name="organization"),
    path("service_at_locations", views.service_at_locations, name="service-at-locations"),
    path("service_at_locations/<str:key>", views.service_at_location, name="service-at-location"),
    path("locations", views.locations, name="locations"),
    path("taxonomies", views.taxonomies, name="taxonomies"),
    path("taxonomies/<str:key>", views.taxonomy, name="taxonomy"),
    path("taxonomy_terms", views.taxonomy_terms, name="taxonomy-terms"),
    path("taxonomy_terms/<str:key>", views.taxonomy_term, name="taxonomy-term"),
    path("export.zip", views.export, name="export"),
]
