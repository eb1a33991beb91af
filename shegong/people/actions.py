"""Signing in and out, passwords, the second factor and access tokens."""

import logging
from base64 import b32encode
from datetime import timedelta
from threading import Thread

from django.conf import settings
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import transaction
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from shegong.journal.actions import log
from shegong.kernel import clock
from shegong.kernel.problems import Problem, Problems, problem_from
from shegong.people import queries, rules
from shegong.people.display import end_display
from shegong.people.identity import act_as
from shegong.people.models import AccessToken, Account

BACKEND = "django.contrib.auth.backends.ModelBackend"
logger = logging.getLogger(__name__)
RESET_PAUSE = timedelta(minutes=5)
TOKEN_NAME_LENGTH = 60
SECRET_CHARACTERS = 16  # room in StaticToken.token: 80 bits of a digest

# Sign-in


def check_password(request: HttpRequest, username: str, password: str) -> Account:
    """The account that has this name and password, whose own rows may be seen from now on.

    Must run behind the sign-in gate. Takes as long for an unknown name as for a known one. Raises Problem
    (`wrong_password`, or `locked` with status 429 once there were too many failures), the same for a name that nobody
    has and for an account that is switched off.
    """
    account = authenticate(request, username=username, password=password)
    if isinstance(account, Account):
        act_as(account.pk)
        return account
    found = Account.objects.filter(username=username).values_list("pk", flat=True).first()
    # The name itself isn't kept: people sometimes type their password in its place.
    log("fail_sign_in", "account", found or "", by=None, detail={"from": address_of(request)})
    until = queries.locked_until(username)
    if until is None:
        raise Problem("wrong_password", _("用户名或密码不正确。"), "password")
    raise Problem(
        "locked",
        _("登录失败次数过多，此用户名已暂停登录，请在 %(time)s（约 %(minutes)s 分钟后）再试。"),
        "username",
        status=429,
        params={
            "time": timezone.localtime(until).strftime("%H:%M"),
            "minutes": int((until - clock.now()).total_seconds() // 60) + 1,
        },
    )


def sign_in(request: HttpRequest, account: Account) -> None:
    """Begin a session under a new key; a display that this browser was ends. Every step that the account needs must
    have been passed.
    """
    end_display(request)
    login(request, account, backend=BACKEND)
    log("sign_in", "account", account.pk, by=account.pk, detail={"from": address_of(request)})


def sign_out(request: HttpRequest, account: Account) -> None:
    """End the session and forget all that it held."""
    log("sign_out", "account", account.pk, by=account.pk)
    logout(request)


def lock(request: HttpRequest, account: Account) -> None:
    """End the session because nobody was there any more; the page covers itself and asks to sign in again."""
    log("lock", "account", account.pk, by=account.pk)
    logout(request)


def address_of(request: HttpRequest) -> str:
    """The network address that a request came from."""
    return str(request.META.get("REMOTE_ADDR", ""))


def choose_language(account: Account, language: str) -> None:
    """Speak to the account in this language from now on. Raises Problem for one that we don't speak."""
    if language not in dict(settings.LANGUAGES):
        raise Problem("unknown_language", _("没有这种语言。"), "language")
    account.language = language
    account.save(update_fields=["language"])
    log("choose_language", "account", account.pk, by=account.pk, detail={"language": language})


# Passwords


def _check_new_password(account: Account, password: str) -> None:
    try:
        validate_password(password, account)
    except ValidationError as error:
        raise Problems(each.at("new_password") for each in problem_from(error)) from error
    if account.check_password(password):
        raise Problem("same_password", _("新密码不能与原密码相同。"), "new_password")


@transaction.atomic
def change_password(request: HttpRequest, account: Account, old: str, new: str) -> None:
    """Set a new password; this session goes on, all others of the account and its access tokens end. Raises Problem at
    `old_password` or `new_password`.
    """
    if not account.check_password(old):
        raise Problem("wrong_password", _("原密码不正确。"), "old_password")
    set_password(account, new)
    update_session_auth_hash(request, account)


@transaction.atomic
def set_password(account: Account, new: str) -> None:
    """Set a new password of one's own, which ends all sessions and access tokens: whoever had the old one may have made
    some. Raises Problem at `new_password`.
    """
    _check_new_password(account, new)
    account.set_password(new)
    account.must_change_password = False
    account.save(update_fields=["password", "must_change_password"])
    log("change_password", "account", account.pk, by=account.pk, detail={"tokens": _revoke_tokens(account)})


@transaction.atomic
def set_one_time_password(account: Account, by: Account) -> str:
    """Give the account a new password, to be told to its owner and changed at the next sign-in; returns it.

    Only an administrator's scope lets this happen; all sessions and access tokens of the account end.
    """
    password = rules.new_one_time_password()
    account.set_password(password)
    account.must_change_password = True
    account.save(update_fields=["password", "must_change_password"])
    log("set_one_time_password", "account", account.pk, by=by.pk, detail={"tokens": _revoke_tokens(account)})
    return password


def send_reset_link(request: HttpRequest, email: str) -> None:
    """Send a link to set a new password to the accounts with this e-mail address, if there are any.

    Says nothing about whether there are, and doesn't wait for the mail server, whose answer would tell. Must run behind
    the sign-in gate.
    """
    now = clock.now()
    for account in Account.objects.filter(email__iexact=email, is_active=True).exclude(email=""):
        if account.reset_sent_at and account.reset_sent_at > now - RESET_PAUSE:
            continue
        account.reset_sent_at = now
        account.save(update_fields=["reset_sent_at"])
        log("send_reset_link", "account", account.pk, by=None, detail={"from": address_of(request)})
        delivery = Thread(target=_deliver, args=[_reset_message(request, account)], daemon=True)
        transaction.on_commit(delivery.start)


def _reset_message(request: HttpRequest, account: Account) -> EmailMessage:
    uid = urlsafe_base64_encode(force_bytes(account.pk))
    path = reverse("people:reset", args=[uid, default_token_generator.make_token(account)])
    with translation.override(account.language):
        text = render_to_string(
            "people/reset_mail.txt", {"account": account, "link": request.build_absolute_uri(path)}, request
        )
        return EmailMessage(gettext("重新设置密码"), text, to=[account.email])


def _deliver(message: EmailMessage) -> None:
    try:
        message.send()
    except OSError:  # smtplib's errors are among them
        logger.exception("a link to set a new password could not be sent")


# Second factor


def check_code(account: Account, typed: str) -> None:
    """Accept a code of the account's authenticator app, or a recovery code, which then is used up.

    Raises Problem at `code`: `wrong_code`, or `wait` (status 429) while failures make the account wait longer and
    longer.
    """
    code = rules.typed_code(typed)
    recovery = len(code) == rules.RECOVERY_DIGITS
    kind: type[Device] = StaticDevice if recovery else TOTPDevice
    with transaction.atomic():
        device = kind.objects.select_for_update().filter(user=account, confirmed=True).first()
        if device is not None:
            _not_too_soon(device)
            if device.verify_token(_kept(code) if recovery else code):
                return
    # Outside the block, so that a caller's transaction keeps the count of failures.
    log("fail_second_factor", "account", account.pk, by=account.pk)
    raise Problem("wrong_code", _("验证码不正确或已过期。"), "code")


def _not_too_soon(device: Device) -> None:
    allowed, reasons = device.verify_is_allowed()
    if not allowed:
        seconds = int((reasons["locked_until"] - clock.now()).total_seconds()) + 1
        raise Problem("wait", _("请在 %(seconds)s 秒后再试。"), "code", status=429, params={"seconds": seconds})


def _kept(code: str) -> str:
    """What is kept of a recovery code: a part of its digest under the installation's key."""
    digest = salted_hmac("shegong.people.recovery", code, algorithm="sha256").digest()
    return b32encode(digest).decode()[:SECRET_CHARACTERS].lower()


@transaction.atomic
def begin_second_factor(account: Account) -> TOTPDevice:
    """A new key for an authenticator app, not in force before `confirm_second_factor`. Raises Problem if there is a
    second factor already.
    """
    if queries.authenticator(account) is not None:
        raise Problem("second_factor_exists", _("已启用两步验证。"))
    TOTPDevice.objects.filter(user=account, confirmed=False).delete()
    return TOTPDevice.objects.create(user=account, name="totp", confirmed=False)


def confirm_second_factor(account: Account, typed: str) -> list[str]:
    """Put the second factor in force, once a code shows that the app has the key; returns the recovery codes, which can
    never be shown again. Raises Problem at `code`.
    """
    with transaction.atomic():
        device = TOTPDevice.objects.select_for_update().filter(user=account, confirmed=False).order_by("-id").first()
        if device is None:
            raise Problem("no_second_factor", _("请重新开始设置。"))
        _not_too_soon(device)
        if device.verify_token(rules.typed_code(typed)):
            device.confirmed = True
            device.save(update_fields=["confirmed"])
            log("set_up_second_factor", "account", account.pk, by=account.pk)
            return _new_recovery_codes(account)
    raise Problem("wrong_code", _("验证码不正确或已过期。"), "code")


def _new_recovery_codes(account: Account) -> list[str]:
    StaticDevice.objects.filter(user=account).delete()
    device = StaticDevice.objects.create(user=account, name="recovery")
    codes: set[str] = set()
    while len(codes) < rules.RECOVERY_CODES:
        codes.add(rules.new_recovery_code())
    StaticToken.objects.bulk_create([StaticToken(device=device, token=_kept(code)) for code in codes])
    return sorted(codes)


@transaction.atomic
def renew_recovery_codes(account: Account) -> list[str]:
    """New recovery codes; the old ones are void. To be called after `check_code`."""
    log("renew_recovery_codes", "account", account.pk, by=account.pk)
    return _new_recovery_codes(account)


@transaction.atomic
def remove_second_factor(account: Account, by: Account) -> None:
    """Back to the password alone: after password and code by the account itself, or by an administrator for somebody
    who has lost both the phone and the recovery codes.
    """
    TOTPDevice.objects.filter(user=account).delete()
    StaticDevice.objects.filter(user=account).delete()
    log("remove_second_factor", "account", account.pk, by=by.pk)


# Access tokens


@transaction.atomic
def issue_token(account: Account, name: str, days: int) -> str:
    """A new access token for the API, with all the account's rights, for 1 to 366 days. It can never be shown again.

    Raises Problem at `name` or `days`, or when the account has too many already.
    """
    if not name.strip() or len(name) > TOKEN_NAME_LENGTH:
        raise Problem("token_name", _("请填写用途，不超过 60 个字。"), "name")
    if not 1 <= days <= rules.BEARER_DAYS:
        raise Problem("token_days", _("有效期为 1 至 %(most)s 天。"), "days", params={"most": rules.BEARER_DAYS})
    if queries.own_tokens(account).count() >= rules.BEARER_COUNT:
        raise Problem(
            "too_many_tokens", _("最多 %(most)s 个令牌，请先撤销不用的。"), params={"most": rules.BEARER_COUNT}
        )
    token = rules.new_token()
    now = clock.now()
    kept = AccessToken.objects.create(
        account=account, name=name.strip(), digest=rules.token_digest(token), expires_at=now + timedelta(days=days)
    )
    log("issue_token", "access_token", kept.pk, by=account.pk, detail={"days": days})
    return token


def _revoke_tokens(account: Account) -> int:
    """All of the account's access tokens are worth nothing from now on; returns how many were worth something."""
    return AccessToken.objects.filter(account=account, revoked_at=None).update(revoked_at=clock.now())


@transaction.atomic
def revoke_token(token: AccessToken, by: Account) -> None:
    """From now on the token is worth nothing."""
    if token.revoked_at is None:
        token.revoked_at = clock.now()
        token.save(update_fields=["revoked_at"])
        log("revoke_token", "access_token", token.pk, by=by.pk)
