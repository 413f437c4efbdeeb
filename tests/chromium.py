"""Finds Chromium for the browser journeys, or installs it, or fails with a clear message."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def _from_playwright() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def find() -> str | None:
    """The path of a Chromium: $CHROMIUM, one on the PATH, or Playwright's own."""
    named = os.environ.get("CHROMIUM")
    if named and Path(named).exists():
        return named
    return next((path for name in NAMES if (path := shutil.which(name))), None) or _from_playwright()


def _run(*command: str) -> bool:
    try:
        return (
            subprocess.run(
                command, check=False, stdout=sys.stderr, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
            ).returncode
            == 0
        )
    except FileNotFoundError:
        return False


def install() -> None:
    """Through apt where this user may, else through Playwright's installer."""
    print("Installing Chromium for the browser journeys ...", file=sys.stderr)
    if shutil.which("apt-get") and os.geteuid() == 0:
        _run("apt-get", "update", "-qq")
        if _run("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"):
            return
    _run(sys.executable, "-m", "playwright", "install", "chromium")


def require() -> str:
    """The path of a Chromium. Exits with a message when none can be had: journeys are never skipped."""
    path = find()
    if path is None:
        install()
        path = find()
    if path is None:
        sys.exit(
            "No Chromium was found and none could be installed. Install it (for example `apt-get install chromium`) "
            "or name it with CHROMIUM=/path/to/chromium, then run `make test` again."
        )
    return path


if __name__ == "__main__":
    require()
