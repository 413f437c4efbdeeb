"""Large files: `python -m benchmarks.uploads`. With `--megabytes 100 --at-once 40` a smaller run."""

from __future__ import annotations

import argparse
import base64
import http.client
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.harness import ROOT, Server, house, json_line, percentile, say

MEGABYTE = 1024 * 1024
CHUNK = 8 * MEGABYTE
SMALL = 30  # megabytes of each of those that come at once
ROUNDS = 3
MOST_MB = 300
INSIDE = "benchmarks.uploads_inside"
FURNITURE = (
    ["catalogues", "compile"],
    ["build_assets"],
    ["migrate", "--verbosity", "0"],
    ["collectstatic", "--noinput", "--verbosity", "0"],
)


class Sender:
    """One person's line: a connection that is opened again for every request, as behind a proxy."""

    def __init__(self, address: list, cookies: dict[str, str]) -> None:
        self.address = address
        self.headers = {"Tus-Resumable": "1.0.0", "X-CSRFToken": cookies["csrftoken"], "Cookie": "; ".join(
            f"{name}={value}" for name, value in cookies.items()
        )}  # fmt: skip
        self.waits: list[float] = []

    def ask(self, method: str, path: str, body: memoryview | bytes = b"", headers: dict[str, str] | None = None) -> Any:
        began = time.perf_counter()
        host, port = self.address
        line = http.client.HTTPConnection(host, port, timeout=300)
        try:
            line.request(method, path, body=body, headers=self.headers | (headers or {}))
            answer = line.getresponse()
            answer.read()
        finally:
            line.close()
        self.waits.append(time.perf_counter() - began)
        return answer

    def send(self, data: memoryview, purpose: str) -> bool:
        """Whether every request got what the protocol promises."""
        said = {"purpose": purpose, "target": "1", "filename": "phim.mp4"}
        metadata = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in said.items())
        headers = {"Upload-Length": str(len(data)), "Upload-Metadata": metadata}
        answer = self.ask("POST", "/files/uploads/", headers=headers)
        url = answer.headers.get("Location", "")
        right = answer.status == 201
        for start in range(0, len(data) if right else 0, CHUNK):
            headers = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": str(start)}
            right = right and self.ask("PATCH", url, data[start : start + CHUNK], headers).status == 204
        return right

    def copy(self, data: memoryview) -> bool:
        """The same bytes in the same pieces to a view that only writes them down."""
        pieces = range(0, len(data), CHUNK)
        return all(self.ask("PATCH", "/copy/", data[start : start + CHUNK]).status == 204 for start in pieces)


def film(megabytes: int) -> memoryview:
    """A film that passes every check, of random pictures."""
    from tests.uploads.files import made_of, video

    small = video(notes=False)
    padding = megabytes * MEGABYTE - len(small) - 8
    random = os.urandom(MEGABYTE)
    return memoryview(small + made_of(b"mdat", (random * (padding // MEGABYTE + 1))[:padding]))


def people(number: int) -> list[dict[str, str]]:
    """Cookies of so many people who signed in."""
    from django.middleware.csrf import get_token
    from django.test import Client, RequestFactory

    from programs.accounts.models import User

    found = []
    for each in range(number):
        browser = Client()
        browser.force_login(User.objects.create_user(f"gui-{each}", None, full_name=f"Người Gửi {each}"))
        request = RequestFactory().get("/")
        get_token(request)
        found.append({"sessionid": browser.cookies["sessionid"].value, "csrftoken": request.META["CSRF_COOKIE"]})
    return found


def inside(*arguments: str) -> dict:
    command = [sys.executable, "-m", INSIDE, *arguments]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def one_large(megabytes: int, portal: Server, floor: Server, cookies: dict[str, str], purpose: str) -> dict:
    """A film in pieces beside the bare copy, in turn; then what the worker makes of it."""
    data = film(megabytes)
    sender, copier = Sender(portal.address, cookies), Sender(floor.address, cookies)
    seconds, copied, errors = 0.0, 0.0, 0
    copier.copy(data[:CHUNK])
    portal.forget_peak()
    for _number in range(ROUNDS):
        began = time.perf_counter()
        errors += not copier.copy(data)
        middle = time.perf_counter()
        errors += not sender.send(data, purpose)
        copied, seconds = copied + middle - began, seconds + time.perf_counter() - middle
    rate, floor_rate = ROUNDS * megabytes / seconds, ROUNDS * megabytes / copied
    web = portal.peak_mb()
    say(f"  {megabytes} MB: {rate:.0f} MB a second, bare copy {floor_rate:.0f}; the worker looks at {ROUNDS} of them")
    worked = inside("work")
    errors += worked["state"] != "kept"
    case = {"bench": "uploads", "case": f"{megabytes} MB in pieces", "errors": errors, "peak_mb": web}
    ours = case | {"rate": round(rate, 1), "floor_rate": round(floor_rate, 1), "ratio": round(rate / floor_rate, 3)}
    checked = {"bench": "uploads", "case": f"{megabytes} MB checked by the worker", "peak_mb": worked["peak_mb"]}
    rates = {"rate": round(ROUNDS * megabytes / worked["seconds"], 1), "errors": int(worked["state"] != "kept")}
    return {"sent": ours, "checked": checked | rates}


def many_at_once(cookies: list[dict[str, str]], portal: Server, purpose: str) -> dict:
    """So many people, each with a file of 30 MB, all at the same time."""
    data = memoryview(os.urandom(SMALL * MEGABYTE))
    senders, number = [Sender(portal.address, each) for each in cookies], len(cookies)
    portal.forget_peak()
    began = time.perf_counter()
    with ThreadPoolExecutor(number) as pool:
        right = list(pool.map(lambda sender: _sent(sender, data, purpose), senders))
    seconds = time.perf_counter() - began
    waits = [each for sender in senders for each in sender.waits]
    figures = {f"p{share}_ms": round(1000 * percentile(waits, share / 100), 1) for share in (50, 95, 99)}
    rate = round(number * SMALL / seconds, 1)
    return figures | {
        "bench": "uploads",
        "case": f"{number} of {SMALL} MB at once",
        "rate": rate,
        "errors": right.count(False),
        "peak_mb": portal.peak_mb(),
    }


def _sent(sender: Sender, data: memoryview, purpose: str) -> bool:
    try:
        return sender.send(data, purpose)
    except OSError as error:
        say(f"    lost: {error}")
        return False


def photographs(rounds: int) -> list[dict]:
    """The same work as plain Pillow does, and the whole check with its process, which plain Pillow does without."""
    found = inside("photographs", str(rounds))
    plain, same = found["plain"], {"bench": "uploads", "reader_mb": found["reader_mb"], "errors": 0}
    cases = {"cleaned": "photographs of 12 megapixels", "checked": "the same with the process that checks each"}
    return [
        same
        | {"case": case, "rate": round(found[name], 2), "floor_rate": round(plain, 2)}
        | {"ratio": round(found[name] / plain, 2)}
        for name, case in cases.items()
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=500)
    parser.add_argument("--at-once", type=int, default=160)
    asked = parser.parse_args()
    with house(FURNITURE) as folder:
        from benchmarks.uploads_inside import PURPOSE

        subprocess.run([sys.executable, "-m", "benchmarks.floor"], cwd=ROOT, check=True)
        os.environ["COPY_INTO"] = str(Path(folder) / "var")
        portal, floor = Server(INSIDE, folder), Server("benchmarks.floor.wsgi", folder)
        try:
            cookies = people(asked.at_once + 1)
            large = one_large(asked.megabytes, portal, floor, cookies[0], PURPOSE)
            many = many_at_once(cookies[1:], portal, PURPOSE)
        finally:
            portal.stop()
            floor.stop()
        lines = [large["sent"], large["checked"], many, *photographs(10)]
    print("\n".join(json_line(**line) for line in lines))
    return int(any(line["errors"] or line.get("peak_mb", 0) > MOST_MB for line in lines))


if __name__ == "__main__":
    sys.exit(main())
