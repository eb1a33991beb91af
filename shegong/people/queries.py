"""What the pages about one's own account show. The wall lets everybody see only what is theirs."""

from datetime import datetime, timedelta

from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import QuerySet
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.people import rules
from shegong.people.models import AccessToken, Account

SHOWN_SIGN_INS = 10
SHOWN_FOR = timedelta(days=90)


def locked_until(username: str) -> datetime | None:
    """Until when this user name is locked after too many failures, whether or not anybody has it; None if it isn't.

    Needs the sign-in gate: elsewhere nobody sees an attempt and the answer is None.
    """
    period: timedelta = settings.AXES_COOLOFF_TIME
    failures = AccessAttempt.objects.filter(username=username).values_list("attempt_time", "failures_since_start")
    return rules.lock_end(failures, settings.AXES_FAILURE_LIMIT, period, clock.now())


def authenticator(account: Account) -> TOTPDevice | None:
    """The authenticator app that is the account's second factor; None if it has none."""
    return TOTPDevice.objects.filter(user=account, confirmed=True).first()


def unconfirmed_authenticator(account: Account) -> TOTPDevice | None:
    """The authenticator app that is being set up."""
    return TOTPDevice.objects.filter(user=account, confirmed=False).order_by("-id").first()


def recovery_device(account: Account) -> StaticDevice | None:
    """The holder of the account's recovery codes."""
    return StaticDevice.objects.filter(user=account, confirmed=True).first()


def recovery_codes_left(account: Account) -> int:
    """How many recovery codes have not been used."""
    left: int = StaticToken.objects.filter(device__user=account, device__confirmed=True).count()
    return left


def own_tokens(account: Account) -> QuerySet[AccessToken]:
    """The access tokens in force, the newest first."""
    tokens = AccessToken.objects.filter(account=account, revoked_at=None, expires_at__gt=clock.now())
    return tokens.order_by("-created_at")


def recent_sign_ins(account: Account) -> QuerySet[Event]:
    """The last sign-ins, with the address they came from in `detail["from"]`."""
    since = clock.now() - SHOWN_FOR
    events = Event.objects.filter(account_id=account.pk, at__gte=since, kind="account", verb="sign_in")
    return events.order_by("-at")[:SHOWN_SIGN_INS]
