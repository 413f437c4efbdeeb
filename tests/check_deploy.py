"""`check --deploy` under production settings: warnings fail."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

PRODUCTION = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "for-this-check-only-0f5b2c9d7e1a4836b5c2d9e8f7a6b5c4d3e2f1a0b9c8",
    "ALLOWED_HOSTS": "stem.example.vn",
    "SITE_URL": "https://stem.example.vn",
    "CACHE_URL": "redis://127.0.0.1:6379/1",
    "EMAIL_URL": "smtp://127.0.0.1:25",
    "DEFAULT_FROM_EMAIL": "STEM <no-reply@stem.example.vn>",
}


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | PRODUCTION | {"VAR_DIR": folder}
        command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
        return subprocess.run(command, check=False, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
