"""Fetch the front-end libraries named in package-lock.json and copy the few files that the pages load.

python admin_app/assets/build.py          does nothing when the files are already those of the lock
python admin_app/assets/build.py --lock   renew package-lock.json within the ranges of package.json
"""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
LOCK = HERE / "package-lock.json"
MODULES = HERE / "node_modules"
VENDOR = ROOT / "admin_app" / "static" / "vendor"
STAMP = VENDOR / ".stamp"

FILES = {
    "@tabler/core/dist/css/tabler.min.css": VENDOR / "tabler.min.css",
    "tom-select/dist/js/tom-select.complete.min.js": VENDOR / "tom-select.complete.min.js",
    "tom-select/dist/css/tom-select.bootstrap5.min.css": VENDOR / "tom-select.bootstrap5.min.css",
    "@github/hotkey/dist/index.js": VENDOR / "hotkey.js",
    "idiomorph/dist/idiomorph.esm.js": VENDOR / "idiomorph.js",
    "flatpickr/dist/flatpickr.min.js": VENDOR / "flatpickr.min.js",
    "flatpickr/dist/flatpickr.min.css": VENDOR / "flatpickr.min.css",
    "flatpickr/dist/l10n/zh.js": VENDOR / "flatpickr.zh.js",
    "echarts/dist/echarts.min.js": VENDOR / "echarts.min.js",
    # accessibility checks only: stays out of what the server hands out
    "axe-core/axe.min.js": ROOT / "tests" / "vendor" / "axe.min.js",
}


def npm() -> str:
    """The machine's npm, or the one that a Python package brings."""
    if found := shutil.which("npm"):
        return found
    brought = Path(sys.executable).parent / "npm"
    if not brought.exists():
        requirements = str(ROOT / "requirements-node.txt")
        install = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", requirements]
        subprocess.run(install, check=True)
    return str(brought)


def fingerprint() -> str:
    return hashlib.sha256(LOCK.read_bytes() + Path(__file__).read_bytes()).hexdigest()


def build() -> None:
    wanted = fingerprint()
    if STAMP.exists() and STAMP.read_text() == wanted and all(target.exists() for target in FILES.values()):
        STAMP.touch()  # make compares times
        return
    subprocess.run([npm(), "ci", "--ignore-scripts"], cwd=HERE, check=True)
    shutil.rmtree(VENDOR, ignore_errors=True)
    for source, target in FILES.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(MODULES / source, target)
    STAMP.write_text(wanted)


def renew_lock() -> None:
    LOCK.unlink(missing_ok=True)
    shutil.rmtree(MODULES, ignore_errors=True)
    subprocess.run([npm(), "install", "--package-lock-only", "--ignore-scripts"], cwd=HERE, check=True)
    lock = json.loads(LOCK.read_text())
    for package in lock["packages"].values():
        package.pop("funding", None)  # addresses that nobody needs here
    LOCK.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    if sys.argv[1:] == ["--lock"]:
        renew_lock()
    else:
        build()
