"""Running PostgreSQL's programs as somebody other than root, which they refuse to run as."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from shegong.config.problem import LaunchProblem

NOBODY = 65534


@dataclass(frozen=True)
class Servant:
    """Who runs PostgreSQL: `uid` and `gid`, by way of the command `prefix` (empty when we are already that user)."""

    uid: int
    gid: int
    prefix: tuple[str, ...] = ()

    def command(self, *arguments: str | Path) -> list[str]:
        """The arguments as a command line that runs as the servant."""
        return [*self.prefix, *map(str, arguments)]

    def give(self, path: Path, mode: int = 0o700) -> None:
        """Make `path` the servant's, closed to others."""
        if os.geteuid() == 0:
            os.chown(path, self.uid, self.gid)
        path.chmod(mode)


def find_servant(owned: Path, trial: Sequence[str | Path]) -> Servant:
    """Whoever may run PostgreSQL on the folder `owned` (which need not exist yet): the command `trial` must succeed.

    An ordinary user runs it as himself. Root runs it as the folder's owner, else as `nobody`, else as another
    unprivileged user. A project below a folder that only root may enter (root's home, a private temporary folder) would
    be closed to that user: only then the one capability to pass file permissions goes with him. Raises LaunchProblem if
    none of it works.
    """
    if os.geteuid() != 0:
        return Servant(os.geteuid(), os.getegid())
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise LaunchProblem(
            "以 root 身份启动需要 util-linux 的 setpriv 命令,请安装它,或改用普通用户启动。",
            "Starting as root needs the setpriv command of util-linux: install it, or start as an ordinary user.",
        )
    for uid, gid in _unprivileged_users(owned):
        if not _can_own_files(owned.parent, uid, gid):
            continue
        plain = (setpriv, f"--reuid={uid}", f"--regid={gid}", "--clear-groups")
        # access(2), by which PostgreSQL looks for its own programs, heeds the capability only under this bit; the next
        # exec drops all other capabilities as always.
        passing = (*plain, "--securebits=+no_setuid_fixup", "--inh-caps=+dac_override", "--ambient-caps=+dac_override")
        for prefix in (plain, passing):
            servant = Servant(uid, gid, (*prefix, "--"))
            if _can_work(servant, owned.parent, trial):
                return servant
    raise LaunchProblem(
        f"root 不能以其他用户身份使用 {owned.parent}(容器或文件系统受限),请改用普通用户启动,或另设 SHEGONG_HOME。",
        f"Root can't use {owned.parent} as another user (a restricted container or file system): start as an ordinary "
        "user, or set another SHEGONG_HOME.",
    )


def _unprivileged_users(owned: Path) -> Iterator[tuple[int, int]]:
    if owned.exists() and owned.stat().st_uid != 0:
        yield owned.stat().st_uid, owned.stat().st_gid
    try:
        nobody = pwd.getpwnam("nobody")
        yield nobody.pw_uid, nobody.pw_gid
    except KeyError:
        yield NOBODY, NOBODY
    for user in pwd.getpwall():
        if user.pw_uid not in (0, NOBODY):
            yield user.pw_uid, user.pw_gid


def _can_own_files(folder: Path, uid: int, gid: int) -> bool:
    # A user that the container's user namespace doesn't map can't be given files; nor do all file systems know owners.
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        try:
            os.chown(file.name, uid, gid)
        except OSError:
            return False
    return True


def _can_work(servant: Servant, folder: Path, trial: Sequence[str | Path]) -> bool:
    shell = shutil.which("sh") or "/bin/sh"
    script = 'cd "$1" && shift && exec "$@"'
    command = servant.command(shell, "-c", script, "sh", folder, *trial)
    return subprocess.run(command, capture_output=True, check=False, cwd="/").returncode == 0
