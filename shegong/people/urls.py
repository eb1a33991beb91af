"""Addresses of sign-in and of one's own account, below /accounts/."""

from django.urls import path

from shegong.people.views import account, forgotten, secondfactor, steps

app_name = "people"

urlpatterns = [
    path("sign-in/", steps.sign_in, name="sign_in"),
    path("sign-in/code/", steps.sign_in_code, name="sign_in_code"),
    path("sign-in/new-password/", steps.sign_in_new_password, name="sign_in_new_password"),
    path("sign-out/", steps.sign_out, name="sign_out"),
    path("present/", steps.present, name="present"),
    path("lock/", steps.lock, name="lock"),
    path("forgotten/", forgotten.forgotten, name="forgotten"),
    path("reset/<uid>/<token>/", forgotten.reset, name="reset"),
    path("", account.account, name="account"),
    path("language/", account.language, name="language"),
    path("password/", account.password, name="password"),
    path("tokens/", account.issue_token, name="issue_token"),
    path("tokens/<int:token_id>/revoke/", account.revoke_token, name="revoke_token"),
    path("second-factor/", secondfactor.second_factor, name="second_factor"),
    path("second-factor/begin/", secondfactor.begin, name="second_factor_begin"),
    path("second-factor/set-up/", secondfactor.set_up, name="second_factor_set_up"),
    path("second-factor/qr.svg", secondfactor.qr, name="second_factor_qr"),
    path("second-factor/codes/", secondfactor.renew_codes, name="second_factor_codes"),
    path("second-factor/off/", secondfactor.switch_off, name="second_factor_off"),
]
