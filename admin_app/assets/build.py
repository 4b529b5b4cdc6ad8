"""Fetch the front-end libraries named in package-lock.json and copy the few files that the pages load.

python admin_app/assets/build.py           does nothing when the files are already those of the lock
python admin_app/assets/build.py --tests   what the tests of the scripts need, where they find it
python admin_app/assets/build.py --lock    renew each package-lock.json within the ranges of its package.json
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
TESTS = ROOT / "tests" / "scripts"
VENDOR = ROOT / "admin_app" / "static" / "vendor"
STAMP = VENDOR / ".stamp"

FILES = {
    "@tabler/core/dist/css/tabler.min.css": VENDOR / "tabler.min.css",
    "tom-select/dist/js/tom-select.complete.min.js": VENDOR / "tom-select.complete.min.js",
    "tom-select/dist/css/tom-select.bootstrap5.min.css": VENDOR / "tom-select.bootstrap5.min.css",
    "@github/hotkey/dist/index.js": VENDOR / "hotkey.js",
    "@hotwired/stimulus/dist/stimulus.js": VENDOR / "stimulus.js",
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


def install(place: Path) -> None:
    """Exactly what the lock in *place* names, into its ``node_modules``."""
    subprocess.run([npm(), "ci", "--ignore-scripts"], cwd=place, check=True)


def build() -> None:
    wanted = fingerprint()
    if STAMP.exists() and STAMP.read_text() == wanted and all(target.exists() for target in FILES.values()):
        STAMP.touch()  # make compares times
        return
    install(HERE)
    shutil.rmtree(VENDOR, ignore_errors=True)
    for source, target in FILES.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(MODULES / source, target)
    STAMP.write_text(wanted)


def renew_lock(place: Path) -> None:
    lock = place / "package-lock.json"
    lock.unlink(missing_ok=True)
    shutil.rmtree(place / "node_modules", ignore_errors=True)
    subprocess.run([npm(), "install", "--package-lock-only", "--ignore-scripts"], cwd=place, check=True)
    content = json.loads(lock.read_text())
    for package in content["packages"].values():
        package.pop("funding", None)  # addresses that nobody needs here
        package.pop("resolved", None)
    lock.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    if sys.argv[1:] == ["--lock"]:
        for place in (HERE, TESTS):
            renew_lock(place)
    elif sys.argv[1:] == ["--tests"]:
        install(TESTS)
    else:
        build()
