"""Publishing at scale: 200 cells × 1,034 questions out of a store, and how the cost grows with the cells.

``BENCH_PERF_CELLS`` and ``BENCH_PERF_QUESTIONS`` make it smaller on a busy machine. Nothing is asserted about
time; what is printed is seconds of work and of waiting, the peak of memory of all processes together, bytes,
the exponent of growth, and what a reader waits for in a browser.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from math import log
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.perf.boards import make

pytestmark = pytest.mark.timeout(0)
CELLS = int(os.environ.get("BENCH_PERF_CELLS", "200"))
QUESTIONS = int(os.environ.get("BENCH_PERF_QUESTIONS", "1034"))


def publish(folder: Path) -> tuple[float, float, float]:
    """Run ``bench publish``; give CPU seconds, wall seconds and the peak of memory in MiB."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    words = ["publish", str(folder / "made.toml"), "--store", "runs", "--out", "boards"]
    process = subprocess.Popen([sys.executable, "-m", "bench.cli", *words], cwd=folder)
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, sum(map(memory, family(process.pid))))
        time.sleep(0.2)
    assert process.returncode == 0
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return spent, time.monotonic() - begun, peak


def family(pid: int) -> Iterator[int]:
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for child in children:
        yield from family(int(child))


def memory(pid: int) -> float:
    """Give a process's share of memory in MiB; what processes have in common is shared out."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A board of a tenth of the cells, then the whole one; says what both cost."""
    costs: dict[int, float] = {}
    for cells in (max(4, CELLS // 10), CELLS):
        folder = tmp_path_factory.mktemp(f"cells{cells}")
        make(folder, cells, QUESTIONS)
        costs[cells], wall, peak = publish(folder)
        again, waited, _ = publish(folder)
        size = sum(path.stat().st_size for path in (folder / "boards").rglob("*") if path.is_file())
        print(f"\n{cells} cells × {QUESTIONS} questions: {costs[cells]:.1f} s CPU, {wall:.1f} s wall")
        print(f"again, nothing changed: {again:.1f} s CPU, {waited:.1f} s wall")
        print(f"{size / 1e6:.0f} MB of pages, peak {peak:.0f} MiB")
    (few, cheap), (many, dear) = costs.items()
    print(f"exponent of growth: {log(dear / cheap) / log(many / few):.2f}")
    return folder / "boards" / "made"


@pytest.fixture
def page(site: Path) -> Iterator[Page]:
    executable = shutil.which("chromium")
    if executable is None:
        pytest.skip("no 'chromium' is on the path")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()
        page.goto((site / "index.html").as_uri())
        page.wait_for_selector("html[data-ready]")
        yield page
        browser.close()


def test_what_a_reader_loads(site: Path, page: Page):
    """Print what the page asks for before a reader chooses anything."""
    # The Resource Timing API says nothing of files on a disk.
    assets = page.evaluate(
        """[...document.querySelectorAll('script, link[rel=stylesheet], img')]
        .map(one => one.href ?? (one.naturalWidth === 0 ? '' : one.src))"""
    )
    files = [site / "index.html", *(Path(name.removeprefix("file://")) for name in assets if name)]
    sizes = {path: path.stat().st_size for path in files if path.is_file()}
    for path, size in sorted(sizes.items(), key=lambda one: -one[1]):
        print(f"{path.relative_to(site)}: {size:,} bytes")
    print(f"in all {sum(sizes.values()) / 1e6:.2f} MB")


SORTS = ("ex.test-suite", "ex.test-suite", "pace", "level:hard", "model")
STATES = ("q=model-1", "method=lora", "level=hard", "base=model-0%2Flora")
PRESSED = """key => {
  const button = document.querySelector(`.names th[data-key="${key}"] [role=button]`);
  addEventListener('click', () => performance.mark('chosen'), { capture: true, once: true });
  window.waited = new Promise(resolve => {
    const done = () => setTimeout(() => {
      performance.mark('painted');
      resolve(performance.measure('wait', 'chosen', 'painted').duration);
    });
    button.addEventListener('click', () => requestAnimationFrame(done), { once: true });
  });
}"""
CHOSEN = """state => new Promise(resolve => {
  performance.mark('chosen');
  const done = () => setTimeout(() => {
    performance.mark('painted');
    resolve(performance.measure('wait', 'chosen', 'painted').duration);
  });
  addEventListener('hashchange', () => requestAnimationFrame(done), { once: true });
  location.hash = state;
})"""


def test_how_long_a_reader_waits(page: Page):
    """Print wall milliseconds, which on a busy machine say little, and those of the page's own thread."""
    ready = page.evaluate("performance.getEntriesByName('ready')[0].startTime")
    print(f"\ninteractive after {ready:.0f} ms; load of the machine {os.getloadavg()[0]:.1f}")
    for key in SORTS:
        timed(page, f"a click on {key}", partial(press, page, key))
    for state in STATES:
        timed(page, state, partial(page.evaluate, CHOSEN, state))


def press(page: Page, key: str) -> float:
    """Click on a column's header with the mouse; give the milliseconds until the table is painted."""
    page.evaluate(PRESSED, key)
    page.locator(f'.names th[data-key="{key}"] [role=button]').click()
    waited: float = page.evaluate("waited")
    return waited


def timed(page: Page, name: str, choose: Callable[[], float]) -> None:
    """Print what a choice costs, once the page has done all that the last one asked for."""
    page.wait_for_timeout(1000)
    browser = page.context.browser
    assert browser is not None
    browser.start_tracing(page=page, categories=["blink.user_timing"])
    waited = choose()
    events = json.loads(browser.stop_tracing())["traceEvents"]
    at = {event["name"]: event["tts"] for event in events if event["name"] in ("chosen", "painted")}
    spent = (at["painted"] - at["chosen"]) / 1000
    print(f"{name}: {waited:.0f} ms until painted, {spent:.0f} ms of them at work")
