"""Addresses of the board, of what is behind its numbers, of outcomes, of targets, of work reports, and of the wall."""

from django.urls import path

from shegong.indicators.views.behind import behind
from shegong.indicators.views.board import board, board_funnel, board_pulse, gap
from shegong.indicators.views.gap import plan_drop, plan_step, room_plan
from shegong.indicators.views.outcomes import outcomes, outcomes_behind
from shegong.indicators.views.reports import report, report_issue, report_new, report_rewrite, reports
from shegong.indicators.views.targets import targets
from shegong.indicators.views.wall import wall, wall_display, wall_display_end, wall_map, wall_pulse

app_name = "indicators"

urlpatterns = [
    path("board/", board, name="board"),
    path("board/pulse/", board_pulse, name="board_pulse"),
    path("board/funnel/", board_funnel, name="board_funnel"),
    path("board/behind/", behind, name="behind"),
    path("board/gap/", gap, name="gap"),
    path("board/gap/<int:division_id>/", room_plan, name="room-plan"),
    path("board/gap/plans/<uuid:plan_id>/step/", plan_step, name="plan-step"),
    path("board/gap/plans/<uuid:plan_id>/drop/", plan_drop, name="plan-drop"),
    path("board/targets/", targets, name="targets"),
    path("outcomes/", outcomes, name="outcomes"),
    path("outcomes/behind/", outcomes_behind, name="outcomes_behind"),
    path("work-reports/", reports, name="reports"),
    path("work-reports/new/", report_new, name="report-new"),
    path("work-reports/<uuid:report_id>/", report, name="report"),
    path("work-reports/<uuid:report_id>/issue/", report_issue, name="report-issue"),
    path("work-reports/<uuid:report_id>/rewrite/", report_rewrite, name="report-rewrite"),
    path("wall/", wall, name="wall"),
    path("wall/pulse/", wall_pulse, name="wall_pulse"),
    path("wall/map/", wall_map, name="wall_map"),
    path("wall/display/", wall_display, name="wall_display"),
    path("wall/display/end/", wall_display_end, name="wall_display_end"),
]
