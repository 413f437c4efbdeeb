"""The load client, a process of its own: reads a plan from stdin and writes what happened to stdout, both as JSON.

It speaks HTTP/1.0 over plain sockets, so that it costs a small part of what it measures.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urlencode

TIMEOUT = 120  # seconds until an answer counts as lost
OPENING_AT_ONCE = 4  # pages opened side by side before a rush


@dataclass
class Answer:
    status: int
    body: str
    cookies: dict[str, str] = field(default_factory=dict)
    location: str = ""


async def ask(address: list, path: str, *, cookies: dict[str, str], form: dict[str, str] | None = None) -> Answer:
    """GET ``path``, or POST ``form`` to it."""
    body = urlencode(form).encode() if form is not None else b""
    head = [
        f"{'GET' if form is None else 'POST'} {path} HTTP/1.0",
        f"Host: {address[0]}:{address[1]}",
        "Accept-Language: vi",
        "Cookie: " + "; ".join(f"{name}={value}" for name, value in cookies.items()),
    ]
    if form is not None:
        head += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    async with asyncio.timeout(TIMEOUT):
        reader, writer = await asyncio.open_connection(*address)
        try:
            writer.write("\r\n".join([*head, "", ""]).encode() + body)
            return read_answer(await reader.read())
        finally:
            writer.close()


def read_answer(raw: bytes) -> Answer:
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    answer = Answer(status=int(first.split()[1]), body=body.decode())
    for line in lines:
        name, _, value = line.partition(": ")
        if name.lower() == "location":
            answer.location = value
        if name.lower() == "set-cookie":
            key, _, content = value.partition(";")[0].partition("=")
            answer.cookies[key] = content
    return answer


class _Inputs(HTMLParser):
    """The named inputs of each form of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        attributes = dict(attrs)
        if tag == "form":
            self.forms.append({})
        if tag == "input" and self.forms and attributes.get("name") and attributes.get("type") == "hidden":
            self.forms[-1][attributes["name"]] = attributes.get("value") or ""


def hidden_inputs(page: str, holding: str) -> dict[str, str]:
    """The hidden inputs of the form of ``page`` that contains one named ``holding``."""
    parser = _Inputs()
    parser.feed(page)
    return next((form for form in parser.forms if holding in form), {})


async def sign_in(address: list, *, path: str, name: str, password: str) -> dict[str, str]:
    """The cookies of a person who went through the real sign-in form."""
    page = await ask(address, path, cookies={})
    form = hidden_inputs(page.body, "csrfmiddlewaretoken") | {"login": name, "password": password}
    answer = await ask(address, path, cookies=page.cookies, form=form)
    if "sessionid" not in answer.cookies:
        raise SystemExit(f"{name} could not sign in at {path}: answer {answer.status}.")
    return page.cookies | answer.cookies


def verdict_on(request: dict, answer: Answer, refusals: list[str]) -> str:
    """``accepted``, ``refused`` in one of the words that say why, or ``error`` for anything else."""
    if answer.status == (200 if request.get("form") is None else 302):
        return "accepted"
    if answer.status < 500 and any(words in unescape(answer.body) for words in refusals):
        return "refused"
    return "error"


async def send(address: list, request: dict, refusals: list[str]) -> list:
    """One measured request: [verdict, status, seconds]."""
    began = time.perf_counter()
    try:
        answer = await ask(address, request["path"], cookies=request["cookies"], form=request.get("form"))
    except (OSError, IndexError, ValueError):  # not let in, timed out, or cut off in the middle
        return ["error", 0, time.perf_counter() - began]
    return [verdict_on(request, answer, refusals), answer.status, time.perf_counter() - began]


async def opened(address: list, request: dict, gate: asyncio.Semaphore) -> dict:
    """``request`` with the hidden fields of its form, as the page gives them."""
    async with gate:
        page = await ask(address, request["path"], cookies=request["cookies"])
    hidden = hidden_inputs(page.body, "idempotency_key")
    return request | {"form": hidden | request["form"], "cookies": page.cookies | request["cookies"]}


async def run(plan: dict) -> dict:
    """Send the requests of each lane one after the other, all lanes at once. Forms are opened before the clock runs."""
    address, lanes = plan["address"], plan["lanes"]
    if plan["open_form"]:
        gate = asyncio.Semaphore(OPENING_AT_ONCE)
        lanes = [[request] for request in await asyncio.gather(*(opened(address, lane[0], gate) for lane in lanes))]

    async def walk(lane: list[dict]) -> list[list]:
        return [await send(address, request, plan["refusals"]) for request in lane]

    began, busy = time.perf_counter(), time.process_time()
    answers = await asyncio.gather(*(walk(lane) for lane in lanes))
    seconds = time.perf_counter() - began
    return {
        "answers": [answer for lane in answers for answer in lane],
        "seconds": seconds,
        "client_share": (time.process_time() - busy) / seconds,
    }


if __name__ == "__main__":
    json.dump(asyncio.run(run(json.load(sys.stdin))), sys.stdout)
