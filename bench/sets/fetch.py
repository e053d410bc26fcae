"""Fetch: a data set from the official places → the installed layout.

Every file is pinned by its SHA-256, or by the one that the hub states for it. A download that was cut
short goes on where it stopped. The licence is shown, and accepted once.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import IO, Any, cast

import pooch
import requests
from platformdirs import user_cache_path

from bench.errors import DataError
from bench.hub import endpoint
from bench.registry import find
from bench.sets import registered
from bench.sets.add import Added, add
from bench.sets.shelf import place
from bench.sets.source import HUB, Source
from bench.store import write_text
from bench.types import Report, silent

BLOCK = 1 << 16
SECONDS = 60
"""How long a server may say nothing."""
SHA256 = 64
"""Hexadecimal digits of a SHA-256."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What can be fetched of a data set, and under which licence."""

    name: str
    title: str
    licence: str
    page: str
    sources: tuple[Source, ...]

    @property
    def accepted(self) -> bool:
        """Whether this licence was accepted before."""
        path = _acceptance(self.name)
        return path.is_file() and path.read_text(encoding="utf-8") == self.licence

    def accept(self) -> None:
        """Remember that the licence is accepted."""
        write_text(_acceptance(self.name), self.licence)


def offer(name: str) -> Offer:
    """Look up what can be fetched.

    Raises:
        ConfigError: no such data set.
        DataError: no stable address is known; the message says how to get the data set by hand.
    """
    registered(name)
    kind = cast("Any", find("datasets", name))
    page, sources = getattr(kind, "page", ""), getattr(kind, "sources", ())
    if not sources:
        by_hand = f"download it from {page}, then " if page else ""
        raise DataError(
            "no address is known that is stable and can be checked",
            where=f"data set '{name}'",
            todo=f"{by_hand}install it: bench data add {name} --from DIR_OR_ARCHIVE",
        )
    return Offer(getattr(kind, "kept", "") or name, kind.title, kind.licence, page, sources)


def fetch(wanted: Offer, *, missing: bool = False, instead: bool = False, tell: Report = silent) -> Added:
    """Download what is offered, check it and install it.

    Args:
        wanted: what :func:`offer` gave; its licence is taken to be accepted.
        missing: whether databases may be missing.
        instead: whether it may take the place of more than it holds.
        tell: told of bytes done, bytes in all, and the address.

    Raises:
        DataError: a file cannot be had, or is not the one that was pinned.
    """
    pooch.get_logger().setLevel("WARNING")
    folder = user_cache_path("text2sql-bench") / "downloads" / wanted.name
    sources = tuple(map(_located, wanted.sources))
    for source in sources:
        target = folder / source.path
        target.parent.mkdir(parents=True, exist_ok=True)
        _retrieve(source, target, tell)
    single = folder / sources[0].path if len(sources) == 1 else folder
    said = ", ".join(source.url for source in sources)
    added = add(wanted.name, single, partial=missing, replace=instead, said=said)
    shutil.rmtree(folder, ignore_errors=True)
    return added


def _located(source: Source) -> Source:
    """Turn a file on the hub into its address at the commit that it has now, with the SHA-256 stated there.

    Raises:
        DataError: the hub cannot be reached, has no such file, or states no SHA-256.
    """
    found = re.fullmatch(rf"{HUB}([^/]+/[^/@]+)(?:@([^/]+))?/(.+)", source.url)
    if found is None:
        return source
    files = f"{endpoint()}/datasets/{found[1]}/resolve"
    address = f"{files}/{found[2] or 'main'}/{found[3]}"
    try:
        said = requests.head(address, timeout=SECONDS, allow_redirects=False)
        said.raise_for_status()
    except requests.RequestException as error:
        raise _unreachable(address, error) from error
    commit = said.headers.get("X-Repo-Commit") or found[2] or "main"
    stated = source.sha256 or said.headers.get("X-Linked-Etag", "").strip('"')
    if len(stated) != SHA256:
        raise DataError(
            "the hub states no SHA-256 of it", where=address, todo="get it by hand: bench data add"
        )
    return replace(source, url=f"{files}/{commit}/{found[3]}", sha256=stated)


def _retrieve(source: Source, target: Path, tell: Report) -> None:
    try:
        pooch.retrieve(
            source.url,
            known_hash=f"sha256:{source.sha256}",
            fname=target.name,
            path=target.parent,
            downloader=partial(_resume, kept=target.with_name(f"{target.name}.part"), tell=tell),
        )
    except ValueError as error:  # what pooch says of another hash
        target.with_name(f"{target.name}.part").unlink(missing_ok=True)
        raise DataError(
            "is not the file that was pinned: its SHA-256 is another",
            where=source.url,
            todo="it was changed, or what came is an error page; get it by hand: bench data add",
        ) from error
    except (requests.RequestException, OSError) as error:
        raise _unreachable(source.url, error) from error


def _unreachable(url: str, error: BaseException) -> DataError:
    return DataError(
        f"cannot be downloaded ({_short(error)})",
        where=url,
        todo="try again: it goes on where it stopped; or get the file elsewhere: bench data add",
    )


def _resume(url: str, output: str | IO[bytes], _pooch: object, *, kept: Path, tell: Report) -> None:
    """Download to ``kept``, from where it ends, and move it to ``output`` when it is whole."""
    begun = kept.stat().st_size if kept.is_file() else 0
    asked = {"Range": f"bytes={begun}-"} if begun else {}
    with requests.get(url, headers=asked, stream=True, timeout=SECONDS) as answer:
        if answer.status_code == requests.codes.requested_range_not_satisfiable:
            kept.unlink()
            raise requests.HTTPError("what was there of it does not fit; begin again")
        answer.raise_for_status()
        going_on = answer.status_code == requests.codes.partial_content
        total = (begun if going_on else 0) + int(answer.headers.get("Content-Length", 0))
        with kept.open("ab" if going_on else "wb") as file:
            for block in answer.iter_content(BLOCK):
                file.write(block)
                tell(file.tell(), total, url)
    if total and kept.stat().st_size < total:
        raise requests.ConnectionError("the connection ended early")
    kept.replace(str(output))


def _short(error: BaseException) -> str:
    while isinstance(error.args[0] if error.args else None, BaseException):
        error = error.args[0]
    return " ".join(str(error).split())[:200]


def _acceptance(name: str) -> Path:
    return place(name) / "licence-accepted.txt"
