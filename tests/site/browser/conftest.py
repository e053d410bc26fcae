"""A real browser, a published board, and pages whose every complaint fails the test."""

from __future__ import annotations

import os
import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import sync_playwright

from bench.site.board import board
from bench.site.publish import publish
from bench.site.releases import keep

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser():
    executable = shutil.which("chromium")
    if executable is None:
        if os.environ.get("CI"):
            pytest.fail("CI must have Chromium, and no 'chromium' is on the path")
        pytest.skip("no 'chromium' is on the path")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(result, tmp_path_factory):
    out = tmp_path_factory.mktemp("board")
    keep(board(result), out, "2026-10-01")
    publish(result, out)
    return out


@pytest.fixture(scope="session")
def served(result, tmp_path_factory):
    """The board on a static host, two folders down."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_words):
            pass

    root = tmp_path_factory.mktemp("host")
    publish(result, root / "some" / "where")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(root)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def page(browser):
    """A fresh page; anything it complains about, and any request to elsewhere, fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith(("file:", "http://127.0.0.1")) else complaints.append(request.url)
        ),
    )
    yield page
    context.close()
    assert complaints == []
