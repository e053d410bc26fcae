"""Source: where the files of a data set are had, and what they must be."""

from __future__ import annotations

from dataclasses import dataclass

HUB = "hf://datasets/"
"""What the address of a file on the hub begins with: ``hf://datasets/OWNER/NAME[@REVISION]/FILE``."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file at an address that does not change.

    Attributes:
        url: its address; where it can, one that names a revision.
        sha256: of its bytes; empty for a file on the hub of which the hub alone states it.
        path: where it belongs in the data set's folder; an archive is unpacked there.
    """

    url: str
    sha256: str
    path: str
