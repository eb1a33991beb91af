"""Serving: the database server, the web server's processes and the keeper, started in order and stopped together."""

import errno
import fcntl
import http.client
import importlib
import ipaddress
import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

import click
from psycopg import OperationalError
from rich.console import Console
from rich.table import Table

from shegong.config import environment, installation
from shegong.config.logs import keep_small, server_log
from shegong.config.postgres import EmbeddedPostgres
from shegong.config.problem import LaunchProblem

log = logging.getLogger("shegong.serving")

READY_SECONDS = 60
PORT_SECONDS = 5  # a killed server's last process may take an instant to let the port go
STOP_SECONDS = 15
LOOK_SECONDS = 5


def serve(demonstration: str | None = None) -> None:
    """Start everything, say where it is, and stay until SIGINT, SIGTERM or SIGHUP. Raises LaunchProblem.

    With `demonstration` (its size: small or city) an installation without accounts gets the demonstration city first.
    """
    home = environment.home_folder()
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:  # as `nohup` leaves it
            signal.signal(number, _interrupt)
    try:
        with _only_one(home) as alone:
            if not alone:
                _tell_running(home)
                return
            require_free_port(PORT_SECONDS if _record_file(home).exists() else 0)
            began = time.monotonic()
            with installation.running_database() as server:
                _say_done("数据库 database", began)
                _serve(home, server, demonstration)
    except KeyboardInterrupt:
        click.echo("\n已停止。 Stopped.")


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _serve(home: Path, server: EmbeddedPostgres | None, demonstration: str | None) -> None:
    installation.set_up_django()
    step("数据库迁移 migrations", installation.migrate)
    if demonstration is not None and not _has_accounts():
        step("演示城市 demonstration city", lambda: _load_demonstration(demonstration))
    step("静态文件 static files", installation.collect_static)
    keep_small(home)
    from shegong.config.background import letter_keeper, pool_worker, printer
    from shegong.config.keeper import Keeper

    web = _start_web_processes(home)
    workers = (Keeper(), printer(), pool_worker(), letter_keeper())
    try:
        step("网站 web server", lambda: _wait_until_ready(web, home))
        for worker in workers:
            worker.start()
        _record_file(home).write_text(json.dumps({"pid": os.getpid(), "address": site_address()}))
        _announce(home)
        _watch(web, server, home)
    finally:
        # A second Ctrl-C must not cut the orderly end short.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        _record_file(home).unlink(missing_ok=True)
        _stop_web_processes(web)
        for worker in workers:
            worker.stop()


def _has_accounts() -> bool:
    from django.contrib.auth import get_user_model

    return get_user_model()._default_manager.exists()


def _load_demonstration(size: str) -> None:
    module = importlib.import_module("shegong.config.commands.demo")
    module.command.main(["--size", size], prog_name="shegong demo", standalone_mode=False)


def step(name: str, work: Callable[[], Any]) -> None:
    """Do `work` and print one line with how long it took."""
    began = time.monotonic()
    work()
    _say_done(name, began)


def _say_done(name: str, began: float) -> None:
    click.echo(f"✓ {name} {time.monotonic() - began:.1f} s")


# -- one server per home -----------------------------------------------------------------------------------------------


@contextmanager
def _only_one(home: Path) -> Iterator[bool]:
    """Whether we are the only server of this home; the kernel forgets a killed one's claim."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock = (home / "serve.lock").open("a")
    except OSError as error:
        raise LaunchProblem(
            f"不能写入文件夹 {home}({error.strerror}),请改正权限,或设 SHEGONG_HOME 换一个文件夹。",
            f"Can't write to {home} ({error.strerror}): correct its permissions or set another SHEGONG_HOME.",
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def is_serving(home: Path) -> bool:
    """Whether a server of this home runs."""
    with _only_one(home) as alone:
        return not alone


def _record_file(home: Path) -> Path:
    return home / "serve.json"


def _tell_running(home: Path) -> None:
    try:
        address = json.loads(_record_file(home).read_text())["address"]
    except (OSError, ValueError, KeyError):
        click.echo("网站正在启动中,无需再次启动。 The server is already starting; there is nothing to do.")
        return
    click.echo(f"网站已在运行: {address}  The server is already running.")


def require_free_port(patience: float = 0) -> None:
    """Raises LaunchProblem if something else listens at our address and port, still after `patience` seconds."""
    address, port = environment.address(), environment.port()
    deadline = time.monotonic() + patience
    while True:
        try:
            # Without SO_REUSEPORT, with which a second server would silently share the port.
            with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((address, port))
            return
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() >= deadline:
                raise _port_problem(error, address, port) from error
        time.sleep(0.1)


def _port_problem(error: OSError, address: str, port: int) -> LaunchProblem:
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port < 65535 else 8000
        return LaunchProblem(
            f"端口 {port} 已被其他程序占用,请换一个端口再试,例如 SHEGONG_PORT={other}。",
            f"Port {port} is in use by another program: choose another, e.g. SHEGONG_PORT={other}.",
        )
    if error.errno == errno.EACCES:
        return LaunchProblem(
            f"没有权限使用端口 {port},请设 SHEGONG_PORT 换一个 1024 以上的端口。",
            f"No permission for port {port}: set SHEGONG_PORT to one above 1023.",
        )
    return LaunchProblem(
        f"不能监听 {address}:{port}({error.strerror}),请改正 SHEGONG_ADDRESS 或 SHEGONG_PORT。",
        f"Can't listen at {address}:{port} ({error.strerror}): correct SHEGONG_ADDRESS or SHEGONG_PORT.",
    )


def site_address() -> str:
    """The address to open in a browser on this machine."""
    host = environment.address()
    local = host in ("127.0.0.1", "::1") or ipaddress.ip_address(host).is_unspecified
    return f"http://{'localhost' if local else host}:{environment.port()}/"


# -- the web server's processes ----------------------------------------------------------------------------------------


def _start_web_processes(home: Path) -> subprocess.Popen[bytes]:
    metrics = home / "metrics"
    shutil.rmtree(metrics, ignore_errors=True)
    metrics.mkdir()
    # A session of their own: Ctrl-C is for us, and we stop them in order.
    with (server_log(home).parent / "web.log").open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "shegong.config.webserver", str(os.getpid())],
            env={**os.environ, "SHEGONG_DATABASE_ROLE": "app", "PROMETHEUS_MULTIPROC_DIR": str(metrics)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def _wait_until_ready(web: subprocess.Popen[bytes], home: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    reasons = "…"
    while time.monotonic() < deadline and web.poll() is None:
        with suppress(OSError, http.client.HTTPException):
            status, answer = _ask_health()
            if status == http.HTTPStatus.OK:
                return
            reasons = answer[:300]
        time.sleep(0.05)
    if web.poll() is not None:
        output = (server_log(home).parent / "web.log").read_text(errors="replace").strip().splitlines()
        reasons = output[-1] if output else f"exit {web.returncode}"
    raise LaunchProblem(
        f"网站没有启动({reasons}),详见 {server_log(home)}。",
        f"The web server didn't start ({reasons}); see {server_log(home)}.",
    )


def _ask_health() -> tuple[int, str]:
    """Status and text of /healthz."""
    address = ipaddress.ip_address(environment.address())
    if address.is_unspecified:
        address = ipaddress.ip_address("127.0.0.1" if address.version == 4 else "::1")
    connection = http.client.HTTPConnection(str(address), environment.port(), timeout=5)
    try:
        connection.request("GET", "/healthz")
        response = connection.getresponse()
        return response.status, response.read().decode(errors="replace")
    finally:
        connection.close()


def _watch(web: subprocess.Popen[bytes], server: EmbeddedPostgres | None, home: Path) -> None:
    """Until interrupted. An embedded database server that was killed is started again, as often as it takes: meanwhile
    /healthz says that it is away.
    """
    while True:
        try:
            code = web.wait(LOOK_SECONDS)
        except subprocess.TimeoutExpired:
            if server is not None and not server.is_running():
                try:
                    server.ensure_running()
                except (LaunchProblem, OperationalError):
                    log.exception("the database did not start again")
        else:
            raise LaunchProblem(
                f"网站进程意外结束(代码 {code}),详见 {server_log(home)}。",
                f"The web server's process ended unexpectedly (code {code}); see {server_log(home)}.",
            )


def _stop_web_processes(web: subprocess.Popen[bytes]) -> None:
    web.terminate()
    try:
        web.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        web.kill()  # its workers go with it
        web.wait()


def _announce(home: Path) -> None:
    accounts = _demonstration_accounts(home)
    if accounts:
        table = Table(title="演示账号 Demonstration accounts", title_justify="left")
        for heading in ("账号 account", "密码 password", "用途 what for"):
            table.add_column(heading, no_wrap=heading != "用途 what for")
        for account in accounts:
            purpose = f"{account.get('note_zh', account.get('role', ''))} {account.get('note_en', '')}".strip()
            table.add_row(account["username"], account["password"], purpose)
        Console().print(table)
    click.echo(f"\n社工 Shegong: {site_address()}   (Ctrl-C 停止 to stop)")
    sys.stdout.flush()


def _demonstration_accounts(home: Path) -> list[dict[str, str]]:
    """The demonstration city's accounts, or none. A file that isn't understood is passed over."""
    with suppress(OSError, ValueError, TypeError, AttributeError):
        found = json.loads((home / "demo-accounts.json").read_text())
        entries = found.get("accounts", found) if isinstance(found, dict) else found
        if isinstance(entries, dict):
            entries = [
                {"username": name, **(value if isinstance(value, dict) else {"password": value})}
                for name, value in entries.items()
            ]
        return [{key: str(value) for key, value in entry.items()} for entry in entries if "password" in entry]
    return []
