"""Addresses of agreements, volunteers, local groups and charity."""

from django.urls import URLPattern, URLResolver, path

from shegong.linkage.views import donation, drive, stock

app_name = "linkage"

GOODS = "stocks/<uuid:lot_id>/<int:station_id>/"
charity: list[URLPattern] = [
    path("charities/", drive.charities, name="charities"),
    path("charities/<int:organisation_id>/certificate/", drive.certificate_new, name="certificate-new"),
    path("drives/", drive.drives, name="drives"),
    path("drives/new/", drive.drive_new, name="drive-new"),
    path("drives/<uuid:drive_id>/", drive.drive, name="drive"),
    path("drives/<uuid:drive_id>/donors/", drive.drive_donors, name="drive-donors"),
    path("drives/<uuid:drive_id>/edit/", drive.drive_edit, name="drive-edit"),
    path("drives/<uuid:drive_id>/step/<slug:step>/", drive.drive_step, name="drive-step"),
    path("drives/<uuid:drive_id>/cost/", drive.drive_cost, name="drive-cost"),
    path("drives/<uuid:drive_id>/settle/", drive.drive_settle, name="drive-settle"),
    path("drives/<uuid:drive_id>/close/", drive.drive_close, name="drive-close"),
    path("drives/<uuid:drive_id>/donate/", donation.donation_new, name="donation-new"),
    path("drives/<uuid:drive_id>/use/", stock.drive_use, name="drive-use"),
    path("donations/", donation.donations, name="donations"),
    path("donations/follow/", donation.follow, name="follow-gift"),
    path("donations/claim/", donation.claim, name="claim-gift"),
    path("donations/<uuid:donation_id>/", donation.donation, name="donation"),
    path("donations/<uuid:donation_id>/void/", donation.donation_void, name="donation-void"),
    path("donations/<uuid:donation_id>/consent/", donation.donation_consent, name="donation-consent"),
    path("donations/<uuid:donation_id>/receipt/", donation.donation_receipt, name="donation-receipt"),
    path("stocks/", stock.stocks, name="stocks"),
    path(GOODS, stock.stock, name="stock"),
    path(f"{GOODS}move/", stock.stock_move, name="stock-move"),
    path(f"{GOODS}use/", stock.stock_use, name="stock-use"),
    path(f"{GOODS}redirect/", stock.stock_redirect, name="stock-redirect"),
    path("gift-uses/", stock.gift_uses, name="gift-uses"),
    path("gift-uses/<uuid:use_id>/", stock.gift_use, name="gift-use"),
    path("gift-uses/<uuid:use_id>/acknowledge/", stock.gift_use_acknowledge, name="gift-use-acknowledge"),
]

urlpatterns: list[URLPattern | URLResolver] = [*charity]
