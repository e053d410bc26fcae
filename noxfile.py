"""Everything a developer, a publisher or CI does, as nox sessions; ``nox -l`` lists them."""

from __future__ import annotations

import shutil
from pathlib import Path

import nox

nox.options.sessions = ["tests", "lint"]
nox.options.reuse_venv = "yes"
# uv does not look into folders of wheels named by pip's settings, where a CPU build may lie.
nox.options.default_venv_backend = "virtualenv"

PROJECT = nox.project.load_toml("pyproject.toml")
SUITES = sorted(path.stem for path in Path("suites").glob("*.toml"))
TORCH = next(
    line.split(";")[0].strip()
    for line in Path("constraints.txt").read_text(encoding="utf-8").splitlines()
    if line.startswith("torch==")
)


def install(session: nox.Session, *, extras: str = "", groups: tuple[str, ...] = ()) -> None:
    """Install the project with pinned versions; torch first, so that its build can be chosen."""
    if "train" in extras:
        install_torch(session)
    wanted = [one for group in groups for one in PROJECT["dependency-groups"][group]]
    session.install(
        "--constraint", "constraints.txt", "--editable", f".[{extras}]" if extras else ".", *wanted
    )


def install_torch(session: nox.Session) -> None:
    """Install the pinned torch: its CPU build where there is no GPU and pip can find one."""
    if shutil.which("nvidia-smi"):
        session.install(TORCH)
        return
    session.run(
        "python", "-m", "pip", "install", "--quiet", f"{TORCH}+cpu", success_codes=[0, 1], silent=True
    )
    session.install(TORCH)


@nox.session
def quickstart(session: nox.Session) -> None:
    """Run suites/quickstart.toml from start to finish and publish its board."""
    install(session, extras="train")
    session.run("bench", "run", "suites/quickstart.toml", *session.posargs)
    session.run("bench", "publish", "suites/quickstart.toml")


@nox.session
@nox.parametrize("name", SUITES)
def suite(session: nox.Session, name: str) -> None:
    """Run one suite as a test file: its cells, then what it expects of them."""
    install(session, extras="train", groups=("test",))
    session.run("pytest", f"suites/{name}.toml", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests."""
    install(session, extras="train", groups=("test",))
    session.run("pytest", *(session.posargs or ["-q", "-n", "auto"]), env={"OMP_WAIT_POLICY": "PASSIVE"})


@nox.session(default=False)
def parity(session: nox.Session) -> None:
    """Hold the evaluator against every official verdict there is (minutes)."""
    install(session, groups=("test",))
    session.run("pytest", "-q", "-m", "parity", *session.posargs)


@nox.session
def core(session: nox.Session) -> None:
    """Check that the bench works as installed from a wheel, without torch and without the checkout."""
    session.install("--constraint", "constraints.txt", ".")
    bench = Path(session.bin) / "bench"
    with session.chdir(session.create_tmp()):
        for words in (["--help"], ["doctor"], ["data", "list"], ["plan", "quickstart"]):
            session.run(str(bench), *words)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, types and who may import whom."""
    install(session, groups=("test", "lint"))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")
    session.run("lint-imports")


@nox.session(default=False)
def perf(session: nox.Session) -> None:
    """Measure speed, as ratios within one run; ``-- train`` takes what has that word in its name."""
    install(session, extras="train", groups=("test", "perf"))
    words = session.posargs
    if words and not any(word.startswith("-") for word in words):
        words = ["-k", " or ".join(words)]
    session.run("pytest", "-q", "tests/train/test_trl.py")  # what is held against TRL before it is timed
    session.run("pytest", "tests/perf", "-s", "--benchmark-columns=min,mean,rounds", *words)


@nox.session(default=False)
def gpu(session: nox.Session) -> None:
    """Measure training at real size, with random weights, on the GPU of this machine."""
    install(session, extras="train")
    session.run("python", "-m", "tests.perf.real_size", *session.posargs)


@nox.session(default=False)
def tiny(session: nox.Session) -> None:
    """Train the embedded base models again, from nothing (an hour on two cores)."""
    install(session, extras="train")
    session.run(
        "python", "-m", "adapters.models.tiny.make", *session.posargs, env={"OMP_WAIT_POLICY": "PASSIVE"}
    )


@nox.session
def publish(session: nox.Session) -> None:
    """Render the board of every suite whose results are in the store."""
    install(session)
    # Of all suites, some have no scores yet, or no data here: they are told of (4) and left out.
    fine = [0] if session.posargs else [0, 4]
    for name in session.posargs or SUITES:
        session.run("bench", "publish", f"suites/{name}.toml", success_codes=fine)
