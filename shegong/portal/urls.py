"""Addresses of the residents' door, of the pages on which staff answer, of the open directory and of widgets."""

from django.urls import path

from shegong.portal.views import activity, door, enquiry, follow, staff, widget

app_name = "portal"

urlpatterns = [
    path("help/", enquiry.ask, name="ask"),
    path("help/places/", enquiry.place, name="place"),
    path("help/state/", follow.state, name="state"),
    path("help/say/", follow.say, name="say"),
    path("door/", door.home, name="home"),
    path("door/text-size/", door.text_size, name="text-size"),
    path("door/stations/", door.find, name="find"),
    path("door/stations/<slug:key>/", door.station, name="station"),
    path("door/stations/<slug:key>/calendar.ics", activity.station_calendar, name="station-calendar"),
    path("door/activities/", activity.activities, name="activities"),
    path("door/activities/<uuid:activity_id>/", activity.activity, name="activity"),
    path("door/complain/", follow.complain, name="complain"),
    path("door/own-data/", follow.own_data, name="own-data"),
    path("door/own-data/open/", follow.own_data_open, name="own-data-open"),
    path("door/rate/", follow.rate, name="rate"),
    path("door/notices/", door.notices, name="notices"),
    path("door/figures/", door.figures, name="figures"),
    path("door/figures.csv", door.figures_csv, name="figures-csv"),
    path("door/figures.json", door.figures_metadata, name="figures-metadata"),
    path("widgets/stations/", widget.finder, name="widget-stations"),
    path("widgets/calendar/<slug:key>/", widget.calendar, name="widget-calendar"),
    path("asker-words/", staff.words, name="words"),
    path("asker-words/<uuid:enquiry_id>/", staff.enquiry_words, name="enquiry-words"),
    path("asker-words/<uuid:enquiry_id>/reply/", staff.enquiry_reply, name="enquiry-reply"),
    path("complaints/", staff.complaint_list, name="complaints"),
    path("complaints/<uuid:complaint_id>/", staff.complaint, name="complaint"),
    path("complaints/<uuid:complaint_id>/answer/", staff.complaint_answer, name="complaint-answer"),
    path("data-requests/", staff.own_requests, name="own-requests"),
    path("data-requests/<uuid:request_id>/", staff.own_request, name="own-request"),
    path("data-requests/<uuid:request_id>/check/", staff.own_check, name="own-check"),
    path("data-requests/<uuid:request_id>/open/", staff.own_open, name="own-open"),
    path("data-requests/<uuid:request_id>/refuse/", staff.own_refuse, name="own-refuse"),
]
