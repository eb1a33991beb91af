"""How e-mail is sent: by the server named in SHEGONG_MAIL, else into files."""

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from shegong.config.problem import LaunchProblem

PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


@dataclass(frozen=True)
class Mail:
    """Django's settings for e-mail."""

    backend: str
    folder: str | None = None
    host: str = ""
    port: int = 25
    user: str = ""
    password: str = ""
    starttls: bool = False
    tls: bool = False


def mail_settings(home: Path) -> Mail:
    """From SHEGONG_MAIL: smtp://, smtp+starttls:// or smtps://user:password@host:port; without it each message becomes
    a file in `home`/mail. Raises LaunchProblem (which doesn't repeat the address, since it holds a password).
    """
    text = os.environ.get("SHEGONG_MAIL", "").strip()
    if not text:
        return Mail("django.core.mail.backends.filebased.EmailBackend", folder=str(home / "mail"))
    try:
        url = urlsplit(text)
        host, port, usual = url.hostname, url.port, PORTS[url.scheme]
    except (ValueError, KeyError):
        host = port = usual = None
    if not host:
        raise LaunchProblem(
            "环境变量 SHEGONG_MAIL 不正确,应为 smtp://、smtp+starttls:// 或 smtps://用户:密码@主机:端口。",
            "SHEGONG_MAIL is wrong: it must be smtp://, smtp+starttls:// or smtps://user:password@host:port.",
        )
    return Mail(
        "django.core.mail.backends.smtp.EmailBackend",
        host=host,
        port=port or usual or 25,
        user=unquote(url.username or ""),
        password=unquote(url.password or ""),
        starttls=url.scheme == "smtp+starttls",
        tls=url.scheme == "smtps",
    )
