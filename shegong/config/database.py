"""Which database, and as whom.

The owner makes the tables and runs the commands. The web server's processes run as a login role that owns nothing and
is a member of the group role `shegong_app`: to that group the migrations grant what pages need, and row-level security
holds it.
"""

import os
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from shegong.config.environment import keyring_file
from shegong.config.postgres import DATABASE as EMBEDDED_DATABASE
from shegong.config.postgres import OWNER, EmbeddedPostgres
from shegong.config.problem import LaunchProblem
from shegong.kernel.keyring import load_keyring

APP_ROLE = "shegong_app"
WEB_ROLE = "shegong_web"
OLDEST_SERVER = 160000
NAME_LIMIT = 63  # bytes in a PostgreSQL identifier
PREPARE_AFTER = 5


def is_embedded() -> bool:
    """Whether the embedded server is used: no DATABASE_URL is set."""
    return not os.environ.get("DATABASE_URL", "").strip()


def database_settings(home: Path) -> dict[str, Any]:
    """Django's DATABASES["default"], for the role in SHEGONG_DATABASE_ROLE: `owner` (default) or `app`.

    Starts nothing and connects to nothing. Raises LaunchProblem if DATABASE_URL or the role can't be understood.
    """
    parts = _web_parts(home) if _wanted_role() == "app" else owner_parts(home)
    return {
        "ENGINE": "shegong.kernel.postgresql",
        "NAME": parts.pop("dbname"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        # Statements that come again are prepared: planning under row-level security costs more than running them.
        "OPTIONS": {
            "application_name": f"shegong {_wanted_role()}",
            "server_side_binding": True,
            "prepare_threshold": PREPARE_AFTER,
            **parts,
        },
    }


def ensure_roles(home: Path) -> None:
    """Make the group role and the web server's login role where they are missing; to be called before migrating.

    Needs the server to run. Raises LaunchProblem if it doesn't answer, is too old, or the owner may not make roles.
    """
    owner, web = owner_parts(home), _web_parts(home)
    connection = owner_connection(home)
    with connection:
        if connection.info.server_version < OLDEST_SERVER:
            version = connection.info.parameter_status("server_version")
            raise LaunchProblem(
                f"数据库服务器是 PostgreSQL {version},需要 16 至 18 版,请换一台服务器。",
                f"The database server is PostgreSQL {version}; 16 to 18 is needed: use another server.",
            )
        try:
            _make_roles(connection, web)
        except psycopg.errors.InsufficientPrivilege as error:
            raise LaunchProblem(
                f"数据库用户 {owner.get('user', '?')} 不能建立角色,请由管理员执行 ALTER ROLE … CREATEROLE 后再试。",
                f"Database user {owner.get('user', '?')} may not make roles: have an administrator run "
                "ALTER ROLE … CREATEROLE and try again.",
            ) from error


def owner_connection(home: Path) -> psycopg.Connection[Any]:
    """A connection as the owner, each statement a transaction of its own. Raises LaunchProblem if the server doesn't
    answer.
    """
    try:
        return psycopg.connect(_conninfo(owner_parts(home)), autocommit=True)
    except psycopg.OperationalError as error:
        reason = (str(error).strip().splitlines() or ["?"])[-1]
        raise LaunchProblem(
            f"连接不上数据库({reason}),请检查 DATABASE_URL 以及数据库服务器是否在运行。",
            f"Can't connect to the database ({reason}): check DATABASE_URL and whether that server runs.",
        ) from error


def _make_roles(connection: psycopg.Connection[Any], web: dict[str, Any]) -> None:
    group, login = sql.Identifier(APP_ROLE), sql.Identifier(web["user"])
    if not _role_exists(connection, APP_ROLE):
        connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(group))
    if connection.execute("SELECT pg_has_role(current_user, %s, 'SET')", [APP_ROLE]).fetchone() != (True,):
        # Who makes a role may grant it, but not yet become it; commands and tests do, with SET LOCAL ROLE.
        connection.execute(sql.SQL("GRANT {} TO CURRENT_USER WITH INHERIT FALSE, SET TRUE").format(group))
    if not _role_exists(connection, web["user"]):
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(login))
    if connection.execute("SELECT pg_has_role(%s, %s, 'USAGE')", [web["user"], APP_ROLE]).fetchone() != (True,):
        connection.execute(sql.SQL("GRANT {} TO {}").format(group, login))
    if web.get("password") and not _may_connect(web):
        # Hashed here, so that it never stands readable in the server's log.
        encrypted = connection.pgconn.encrypt_password(web["password"].encode(), web["user"].encode(), b"scram-sha-256")
        connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(login, sql.Literal(encrypted.decode())))


def _role_exists(connection: psycopg.Connection[Any], name: str) -> bool:
    return connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone() is not None


def _may_connect(parts: dict[str, Any]) -> bool:
    try:
        psycopg.connect(_conninfo(parts)).close()
    except psycopg.OperationalError:
        return False
    return True


def _conninfo(parts: dict[str, Any]) -> str:
    return make_conninfo(**{"connect_timeout": 10, **parts})


def _wanted_role() -> str:
    role = os.environ.get("SHEGONG_DATABASE_ROLE") or "owner"
    if role not in ("owner", "app"):
        raise LaunchProblem(
            f"环境变量 SHEGONG_DATABASE_ROLE={role!r} 只能是 owner 或 app,请改正后再试。",
            f"SHEGONG_DATABASE_ROLE={role!r} must be owner or app; correct it and try again.",
        )
    return role


def owner_parts(home: Path) -> dict[str, Any]:
    """The owner's connection, as libpq's keywords. Raises LaunchProblem for a wrong DATABASE_URL."""
    if is_embedded():
        return conninfo_to_dict(EmbeddedPostgres(home).conninfo(OWNER, EMBEDDED_DATABASE))
    return _url_parts(os.environ["DATABASE_URL"].strip())


def _web_parts(home: Path) -> dict[str, Any]:
    if is_embedded():
        return conninfo_to_dict(EmbeddedPostgres(home).conninfo(WEB_ROLE, EMBEDDED_DATABASE))
    owner = _url_parts(os.environ["DATABASE_URL"].strip())
    # Roles belong to the whole server, so each database on it has a login of its own.
    user = f"{WEB_ROLE}_{owner['dbname']}".encode()[:NAME_LIMIT].decode(errors="ignore")
    password = load_keyring(keyring_file(home)).secret("database")
    return {**owner, "user": user, "password": password}


def _url_parts(url: str) -> dict[str, Any]:
    """The URL as libpq understands it. Its text isn't repeated in messages, since it holds a password."""
    try:
        parts = conninfo_to_dict(url) if url.startswith(("postgres://", "postgresql://")) else {}
        ports = [int(port) for port in str(parts.get("port", "5432")).split(",")]
    except (psycopg.Error, ValueError):
        parts, ports = {}, []
    if not parts.get("dbname") or not all(0 < port < 65536 for port in ports):
        raise LaunchProblem(
            "环境变量 DATABASE_URL 不正确,应为 postgres://用户:密码@主机:端口/数据库名;去掉它则使用内置数据库。",
            "DATABASE_URL is wrong: it must be postgres://user:password@host:port/name; unset it for the embedded one.",
        )
    return dict(parts)
