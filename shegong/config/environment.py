"""What the environment says, read before (and without) Django's settings."""

import ipaddress
import os
from pathlib import Path

from shegong.config.problem import LaunchProblem


def home_folder() -> Path:
    """The folder that holds data, keys and logs: SHEGONG_HOME, else var/ in the current folder."""
    return Path(os.environ.get("SHEGONG_HOME") or "var").resolve()


def keyring_file(home: Path) -> Path:
    """The key ring: SHEGONG_KEYS, else keys.json in the home folder."""
    return Path(os.environ.get("SHEGONG_KEYS") or home / "keys.json").resolve()


def whole_number(name: str, default: int, lowest: int, highest: int) -> int:
    """The whole number in environment variable `name`; raises LaunchProblem outside lowest..highest."""
    text = os.environ.get(name, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and lowest <= int(text) <= highest):
        raise LaunchProblem(
            f"环境变量 {name}={text!r} 不是 {lowest} 到 {highest} 之间的整数,请改正后再试。",
            f"{name}={text!r} is not a whole number from {lowest} to {highest}; correct it and try again.",
        )
    return int(text)


def port() -> int:
    """The web server's port: SHEGONG_PORT, else 8000."""
    return whole_number("SHEGONG_PORT", 8000, 1, 65535)


def workers() -> int:
    """How many worker processes answer requests: SHEGONG_WORKERS, else 2."""
    return whole_number("SHEGONG_WORKERS", 2, 1, 64)


def address() -> str:
    """The network (IP) address the web server listens at: SHEGONG_ADDRESS, else this machine only."""
    text = os.environ.get("SHEGONG_ADDRESS", "").strip() or "127.0.0.1"
    try:
        return str(ipaddress.ip_address(text))
    except ValueError as error:
        raise LaunchProblem(
            f"环境变量 SHEGONG_ADDRESS={text!r} 不是 IP 地址,本机用 127.0.0.1,全部网络用 0.0.0.0。",
            f"SHEGONG_ADDRESS={text!r} is no IP address: 127.0.0.1 is this machine, 0.0.0.0 all networks.",
        ) from error
