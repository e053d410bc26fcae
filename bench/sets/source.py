"""Source: where the files of a data set are had, and what they must be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """One file at an address that does not change.

    Attributes:
        url: its address; where it can, one that names a revision.
        sha256: of its bytes.
        path: where it belongs in the data set's folder; an archive is unpacked there.
    """

    url: str
    sha256: str
    path: str
