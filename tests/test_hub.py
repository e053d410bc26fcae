"""The hub is asked wherever its own clients would ask it, and nowhere else."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bench.hub import reachable

VARIABLES = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
SAID = ("", "0", "no", "off", "false", "2", "1", "on", "ON", "Yes", "true", "TRUE")

THEIRS = """
import importlib, json, os, sys
from huggingface_hub import constants
found = []
for name, value in json.loads(sys.argv[1]):
    os.environ.update({one: "" for one in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")} | {name: value})
    found.append(importlib.reload(constants).HF_HUB_OFFLINE)
print(json.dumps(found))
"""
"""What the hub's own client makes of a variable; it looks once, when it is imported."""


class Answers(BaseHTTPRequestHandler):
    def do_HEAD(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *words: object) -> None:
        """Say nothing."""


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A hub that answers."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_address[1]}")
        yield
        server.shutdown()
        thread.join()


def test_the_network_is_kept_off_where_the_hubs_clients_keep_off(hub: None, monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("huggingface_hub", reason="needs the [train] extra")
    asked = [(name, value) for name in VARIABLES for value in SAID]
    done = subprocess.run(
        [sys.executable, "-c", THEIRS, json.dumps(asked)], capture_output=True, text=True, check=True
    )
    theirs = json.loads(done.stdout)
    ours = []
    for name, value in asked:
        for one in VARIABLES:
            monkeypatch.setenv(one, value if one == name else "")
        ours.append(not reachable())
    assert dict(zip(asked, ours, strict=True)) == dict(zip(asked, theirs, strict=True))
    assert set(theirs) == {True, False}
