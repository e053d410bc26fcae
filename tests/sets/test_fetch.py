"""What is fetched is the file that was pinned, whole, under a licence that was accepted."""

from __future__ import annotations

import hashlib
import random
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bench.cli import app
from bench.errors import BenchError, ConfigError, DataError
from bench.registry import names
from bench.sets import opened
from bench.sets.fetch import BLOCK, Offer, fetch, offer
from bench.sets.shelf import installed
from bench.sets.source import HUB, Source

ROOT = Path(__file__).parents[2]


class Server(ThreadingHTTPServer):
    """Serves one file; says which ranges were asked for, and can break off."""

    content = b""
    breaks_after = 1 << 30
    asked: list[str]
    stated: dict[str, str]


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_HEAD(self) -> None:
        """Answer as the hub does: with the commit, and the SHA-256 of a large file."""
        self.server.asked.append(self.path)
        self.send_response(302)
        for name, value in self.server.stated.items():
            self.send_header(name, value)
        self.end_headers()

    def do_GET(self) -> None:
        content = self.server.content
        asked = self.headers.get("Range", "")
        self.server.asked.append(asked)
        begin = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        if begin >= len(content) and asked:
            self.send_error(416)
            return
        self.send_response(206 if asked else 200)
        self.send_header("Content-Length", str(len(content) - begin))
        self.end_headers()
        self.wfile.write(content[begin : begin + self.server.breaks_after])

    def log_message(self, *words: object) -> None:
        """Say nothing."""


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    (folder / "large.bin").write_bytes(random.Random(0).randbytes(200_000))
    archive = Path(shutil.make_archive(str(folder.parent / "spider_data"), "zip", folder.parent, folder.name))
    with Server(("127.0.0.1", 0), Handler) as server:
        server.content, server.asked, server.stated = archive.read_bytes(), [], {}
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def offered(server: Server, sha256: str = "") -> Offer:
    url = f"http://127.0.0.1:{server.server_address[1]}/spider_data.zip"
    pinned = sha256 or hashlib.sha256(server.content).hexdigest()
    return Offer("spider", "Spider", "CC", "http://page", (Source(url, pinned, "spider_data.zip"),))


def test_a_pinned_file_is_downloaded_and_installed(server: Server, folder: Path):
    told: list[tuple[int, int]] = []
    added = fetch(offered(server), tell=lambda done, total, _url: told.append((done, total)))
    assert added.splits == {"dev": 2}
    assert added.entry.source.startswith("http://127.0.0.1")
    assert told[-1] == (len(server.content), len(server.content))
    assert opened("spider").load("dev").fingerprint == opened("spider", folder).load("dev").fingerprint


def test_a_download_that_broke_off_goes_on_where_it_stopped(server: Server):
    server.breaks_after = 150_000
    with pytest.raises(DataError, match=r"(?s)cannot be downloaded.*goes on where it stopped"):
        fetch(offered(server))
    server.breaks_after = 1 << 30
    assert fetch(offered(server)).splits == {"dev": 2}
    assert server.asked == ["", f"bytes={2 * BLOCK}-"]


def test_another_file_than_the_pinned_one_is_refused_and_not_kept(server: Server, home: Path):
    with pytest.raises(DataError, match=r"(?s)its SHA-256 is another.*get it by hand"):
        fetch(offered(server, "0" * 64))
    assert not list(home.rglob("set.json"))
    assert fetch(offered(server)).splits == {"dev": 2}
    assert server.asked == ["", ""]


def test_a_server_that_is_not_there_is_named(server: Server):
    gone = Offer("spider", "", "", "", (Source("http://127.0.0.1:9/x.zip", "0" * 64, "x.zip"),))
    with pytest.raises(DataError, match=r"127\.0\.0\.1:9/x\.zip: cannot be downloaded"):
        fetch(gone)


def test_a_licence_is_accepted_once_and_again_when_it_changes(server: Server):
    first = offered(server)
    assert not first.accepted
    first.accept()
    assert offered(server).accepted
    assert not Offer("spider", "", "another licence", "", ()).accepted


@pytest.fixture
def hub(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The server as a hub, and a file on it that is not pinned."""
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_address[1]}/")
    sha256 = hashlib.sha256(server.content).hexdigest()
    server.stated = {"X-Repo-Commit": "c0ffee", "X-Linked-Etag": f'"{sha256}"'}
    return server


ON_THE_HUB = Source("hf://datasets/some/spider/data/spider_data.zip", "", "spider_data.zip")


def test_a_file_on_the_hub_is_what_the_hub_states(hub: Server):
    wanted = Offer("spider", "Spider", "CC", "http://page", (ON_THE_HUB,))
    added = fetch(wanted)
    assert added.splits == {"dev": 2}
    assert hub.asked == ["/datasets/some/spider/resolve/main/data/spider_data.zip", ""]
    assert added.entry.source.endswith("/datasets/some/spider/resolve/c0ffee/data/spider_data.zip")
    hub.stated["X-Linked-Etag"] = '"' + "0" * 64 + '"'
    with pytest.raises(DataError, match="its SHA-256 is another"):
        fetch(wanted)


def test_a_file_of_which_the_hub_states_nothing_is_refused(hub: Server):
    hub.stated = {}
    with pytest.raises(DataError, match=r"states no SHA-256 of it\n.*bench data add"):
        fetch(Offer("spider", "", "", "", (ON_THE_HUB,)))
    assert not installed("spider")


def test_a_hub_that_is_not_there_is_named(hub: Server, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(
        DataError, match=r"127\.0\.0\.1:9/datasets/some/spider/resolve/main/.*cannot be downl"
    ):
        fetch(Offer("spider", "", "", "", (ON_THE_HUB,)))


def test_without_a_terminal_nobody_accepts_a_licence(home: Path):
    with pytest.raises(
        ConfigError, match=r"was not accepted, so nothing was downloaded\n.*fetch wikisql --accept"
    ):
        app(["data", "fetch", "wikisql"], standalone_mode=False)
    assert not offer("wikisql").accepted


def test_the_page_of_sources_is_what_is_fetched(capsys: pytest.CaptureFixture[str]):
    app(["data", "list", "--sources"], standalone_mode=False)
    assert (ROOT / "docs/sources.md").read_text(encoding="utf-8").endswith(capsys.readouterr().out)


def test_every_set_is_offered_or_says_how_to_get_it_by_hand():
    offered = ("bird", "spider", "spider-dk", "spider-syn", "sql-create-context", "wikisql")
    for name in offered:
        found = offer(name)
        assert found.name == name
        assert all(one.url.startswith("https://" if len(one.sha256) == 64 else HUB) for one in found.sources)
    assert offer("bird-no-evidence").name == "bird"
    for name in set(names("datasets")) - {*offered, "bird-no-evidence"}:
        with pytest.raises(BenchError, match=f"bench data add {name}"):
            offer(name)
