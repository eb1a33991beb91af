"""What agreements tell whoever refers somebody: the terms of a channel, and where its agreement is read."""

from datetime import date
from uuid import UUID

from django.urls import reverse

from shegong.linkage.queries.agreement import channel_to
from shegong.network.models import Station
from shegong.practice.queries.terms import Terms


def terms_of_referral(station_id: int, organisation_id: int, group_id: int | None, day: date) -> Terms | None:
    """The terms on which a station refers somebody to an organisation (two queries)."""
    station = Station.objects.only("id", "town_id", "hub_id").get(pk=station_id)
    channel = channel_to(station, organisation_id, group_id, day)
    if channel is None:
        return None
    return Terms(channel.agreement_id, channel.agreement.title, channel.accept_days, channel.result_days)


def agreement_page(key: UUID) -> str:
    """Where an agreement is read."""
    return reverse("linkage:agreement", args=[key])
