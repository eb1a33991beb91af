"""The wheel carries all that the product needs: installed elsewhere, it serves pages with their styles."""

import os
import re
import signal
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.config.serving import PROJECT, Serving, free_port

PACKAGE = PROJECT / "shegong"
CARRIED = (
    "papers/*.typ",
    "reports/*.typ",
    "templates/**/*",
    "static/**/*",
    "data/**/*",
    "locale/**/*.po",
    "migrations/*.py",
)
BUILT = (
    "kernel/static/dist/shegong.css",
    "kernel/static/dist/shegong.js",
    "kernel/static/dist/charts.js",
    "kernel/static/dist/icons.svg",
    "kernel/static/dist/chengdu.geo.json",
    "kernel/locale/en/LC_MESSAGES/django.mo",
    "config/locale/en/LC_MESSAGES/django.mo",
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    words = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(PROJECT)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel in it; its dependencies are those that run these tests."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    words = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*words, "--disable-pip-version-check", str(wheel)], check=True, capture_output=True, timeout=120)
    own = next(folder.glob("lib/python*/site-packages"))
    # Behind the environment's own packages, and without what the tests' environment is itself linked to.
    (own / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder


def test_everything_is_in_it(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    sources = {
        path.relative_to(PROJECT).as_posix()
        for pattern in CARRIED
        for path in PACKAGE.glob(f"*/{pattern}")
        if path.is_file() and "__pycache__" not in path.parts
    }
    data = {path.relative_to(PROJECT).as_posix() for path in PACKAGE.rglob("*.csv")}
    assert len(sources) > 100 and len(data) >= 4
    assert sources | data | {f"shegong/{name}" for name in BUILT} <= names
    assert not [name for name in names if name.startswith(("tests/", "var/", "bench/")) or "/node_modules/" in name]


def test_it_serves_from_another_folder(installed: Path, new_installation: Callable[[], Path], tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": ""}
    words = [str(installed / "bin" / "python"), "-c", "import shegong; print(shegong.__file__)"]
    done = subprocess.run(words, capture_output=True, text=True, check=True, cwd=tmp_path, env=environment)
    assert Path(done.stdout).is_relative_to(installed)
    command = [str(installed / "bin" / "shegong")]
    serving = Serving(new_installation(), free_port(), command=command, folder=tmp_path, PYTHONPATH="")
    try:
        assert serving.health()["ready"]
        status, page = serving.get("/accounts/sign-in/")
        styles = re.search(r'href="(/static/[^"]+\.css)"', page)
        scripts = re.search(r'src="(/static/[^"]*shegong[^"]*\.js)"', page)
        assert status == 200 and "登录" in page and styles and scripts
        assert len(serving.get(styles[1])[1]) > 10_000
        assert serving.get(scripts[1])[0] == 200
    finally:
        assert serving.end(signal.SIGTERM) == 0
    assert list(tmp_path.iterdir()) == []
