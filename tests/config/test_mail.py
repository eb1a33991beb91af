"""Where e-mail goes."""

from pathlib import Path

import pytest

from shegong.config.mail import Mail, mail_settings
from shegong.config.problem import LaunchProblem

SMTP = "django.core.mail.backends.smtp.EmailBackend"


def test_without_a_server_messages_become_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SHEGONG_MAIL", raising=False)
    assert mail_settings(tmp_path).folder == str(tmp_path / "mail")


@pytest.mark.parametrize(
    ("address", "mail"),
    [
        ("smtp://mail.example.org", Mail(SMTP, host="mail.example.org", port=25)),
        (
            "smtp+starttls://me:a%40b@mail.example.org",
            Mail(SMTP, host="mail.example.org", port=587, user="me", password="a@b", starttls=True),
        ),
        ("smtps://mail.example.org:4465", Mail(SMTP, host="mail.example.org", port=4465, tls=True)),
    ],
)
def test_the_server_is_named_by_an_address(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, address: str, mail: Mail
) -> None:
    monkeypatch.setenv("SHEGONG_MAIL", address)
    assert mail_settings(tmp_path) == mail


@pytest.mark.parametrize("address", ["mail.example.org", "http://x", "smtp://", "smtp://me:secret@host:port"])
def test_a_wrong_address_is_said_without_repeating_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, address: str
) -> None:
    monkeypatch.setenv("SHEGONG_MAIL", address)
    with pytest.raises(LaunchProblem) as raised:
        mail_settings(tmp_path)
    assert "secret" not in raised.value.zh + raised.value.en
