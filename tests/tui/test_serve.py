"""The screens in a browser, through textual-serve on this computer alone: skipped where that, or Chromium, is not installed."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

aiohttp = pytest.importorskip("aiohttp", reason="comes with the extra `serve`")
pytest.importorskip("textual_serve", reason="the extra `serve` is not installed")

SERVE = 'import sys; from textual_serve.server import Server; Server(f"{sys.executable} -m advisor tui", host="localhost", port=int(sys.argv[1])).serve()'
MOST_S = 40.0


def chromium() -> str:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if not found:
        pytest.skip("there is no Chromium")
    return found


def answers(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def port(home: Path) -> Iterator[int]:
    """The server, as docs/tui.md starts it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = int(free.getsockname()[1])
    environment = os.environ | {"HOME": str(home), "XDG_STATE_HOME": str(home / "state")}
    server = subprocess.Popen([sys.executable, "-c", SERVE, str(number)], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    try:
        end = time.monotonic() + MOST_S
        while not answers(number) and time.monotonic() < end:
            time.sleep(0.05)
        yield number
    finally:
        server.terminate()
        server.wait()


def test_a_browser_is_sent_the_first_screen(port: int) -> None:
    async def seen() -> bytes:
        found = b""
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(f"http://localhost:{port}/ws?width=100&height=30") as socket_,
        ):
            while b"gpt-oss-120b" not in found:
                message = await asyncio.wait_for(socket_.receive(), MOST_S)
                found += message.data if isinstance(message.data, bytes) else str(message.data).encode()
        return found

    assert b"gpt-oss-120b" in asyncio.run(seen())


def test_chromium_shows_it(port: int, tmp_path: Path) -> None:
    """The page takes its curtain away once the app has drawn something."""
    command = [
        chromium(),
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--remote-debugging-port=0",
        f"--user-data-dir={tmp_path}",
        f"http://localhost:{port}/",
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as browser:
        try:
            assert browser.stderr
            spoken = next(found for line in browser.stderr if (found := re.search(r"ws://127\.0\.0\.1:(\d+)/", line)))
            assert asyncio.run(first_byte_is_shown(int(spoken[1])))
        finally:
            browser.terminate()


async def first_byte_is_shown(debugging: int) -> bool:
    async with aiohttp.ClientSession() as session:
        async with session.get(f"http://127.0.0.1:{debugging}/json/list") as listed:
            page = next(each for each in await listed.json() if each["type"] == "page")
        async with session.ws_connect(page["webSocketDebuggerUrl"]) as told:
            end = time.monotonic() + MOST_S
            while time.monotonic() < end:
                await told.send_json(
                    {"id": 1, "method": "Runtime.evaluate", "params": {"expression": "document.body.className"}}
                )
                said: dict[str, Any] = await told.receive_json()
                if "-first-byte" in str(said.get("result", {}).get("result", {}).get("value", "")):
                    return True
                await asyncio.sleep(0.1)
    return False


def test_it_listens_on_this_computer_alone(port: int) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as page:
        assert page.status == 200
    others = {str(each[4][0]) for each in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)} - {
        "127.0.0.1",
        "127.0.1.1",
    }
    for address in others:
        with socket.socket() as tried:
            tried.settimeout(1)
            assert tried.connect_ex((address, port)) != 0
