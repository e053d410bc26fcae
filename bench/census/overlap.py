"""Overlap: questions, schemas and texts that two sets share, whether word for word or nearly.

Near-duplicates are found by MinHash with locality-sensitive hashing (Broder 1997), over the words and
pairs of words of a question, and confirmed by their exact Jaccard similarity: the hashing can miss a
pair near the threshold, and never makes one up. Contamination follows the practice of Brown et al. 2020
(arXiv 2005.14165, appendix C): a text counts as seen if a run of N of its words stands in the corpus.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from datasketch import MinHash, MinHashLSH

from bench.types import Dataset, Example, Schema

NEAR = 0.8
"""Jaccard similarity from which two questions are near-duplicates."""

ALIKE = 0.5
"""Jaccard similarity of ``table.column`` names from which two schemas are alike."""

RUN = 8
"""Words in a row that count as seen; shorter texts have to be there as a whole."""

PERMUTATIONS = 64
_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_UNSPACED = re.compile(r"([\u3400-\u9fff])")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two questions that say the same, or nearly.

    Attributes:
        first: id of the one that is asked.
        second: id of the other.
        similarity: 1 if their words are the same.
        same_database: whether both ask the same database.
        same_gold: whether they share a gold query, spaces and case aside.
    """

    first: str
    second: str
    similarity: float
    same_database: bool
    same_gold: bool


def words(text: str) -> list[str]:
    """Cut a text into words; a Chinese character is a word."""
    return _WORD.findall(_UNSPACED.sub(r" \1 ", text.lower()))


def pairs(asked: Sequence[Example], others: Sequence[Example]) -> list[Pair]:
    """Find every other question that is nearly one that is asked.

    Args:
        asked: the questions of the split.
        others: those of another split, or the same ones: then each pair is named once.
    """
    within = asked is others
    parts = {one.id: _parts(one.question) for one in (*asked, *(() if within else others))}
    by_id = {one.id: one for one in others}
    places = {one.id: place for place, one in enumerate(others)}
    index = MinHashLSH(threshold=NEAR, num_perm=PERMUTATIONS)
    hashes = {key: _hashed(part) for key, part in parts.items()}
    for one in others:
        index.insert(one.id, hashes[one.id])
    found = []
    for place, one in enumerate(asked):
        for key in sorted(index.query(hashes[one.id]), key=places.__getitem__):
            if within and places[key] <= place:
                continue
            similarity = _jaccard(parts[one.id], parts[key])
            if similarity >= NEAR:
                found.append(_pair(one, by_id[key], similarity))
    return found


def alike(first: Dataset, second: Dataset) -> list[tuple[str, str, float]]:
    """Find schemas of two sets that share half of their columns, or are the same."""
    names = {db_id: _columns(schema) for db_id, schema in second.schemas.items()}
    return [
        (db_id, other, similarity)
        for db_id, schema in sorted(first.schemas.items())
        for other, columns in sorted(names.items())
        if (similarity := _jaccard(_columns(schema), columns)) >= ALIKE
    ]


def seen(texts: Mapping[str, str], corpus: Iterable[str]) -> dict[str, str]:
    """Find texts of which a run of words stands in a corpus.

    Args:
        texts: id → text.
        corpus: documents, read once.

    Returns:
        id → the first run of words that was found.
    """
    wanted: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for key, text in texts.items():
        for run in _runs(words(text)):
            wanted[run].append(key)
    found: dict[str, str] = {}
    lengths = sorted({len(run) for run in wanted})
    for document in corpus:
        said = words(document)
        for length in lengths:
            for start in range(len(said) - length + 1):
                run = tuple(said[start : start + length])
                for key in wanted.get(run, ()):
                    found.setdefault(key, " ".join(run))
    return {key: found[key] for key in texts if key in found}


def _runs(said: Sequence[str]) -> list[tuple[str, ...]]:
    if len(said) <= RUN:
        return [tuple(said)] if said else []
    return [tuple(said[start : start + RUN]) for start in range(len(said) - RUN + 1)]


def _parts(question: str) -> frozenset[str]:
    said = words(question)
    return frozenset(said) | {f"{one} {two}" for one, two in pairwise(said)}


def _hashed(parts: frozenset[str]) -> MinHash:
    made = MinHash(num_perm=PERMUTATIONS, seed=1)
    made.update_batch([part.encode() for part in sorted(parts)])
    return made


def _jaccard(first: frozenset[str], second: frozenset[str]) -> float:
    both = len(first | second)
    return len(first & second) / both if both else 1.0


def _columns(schema: Schema) -> frozenset[str]:
    return frozenset(
        f"{table.name}.{column.name}".lower() for table in schema.tables for column in table.columns
    )


def _pair(first: Example, second: Example, similarity: float) -> Pair:
    golds = [{" ".join(gold.lower().split()) for gold in one.gold} for one in (first, second)]
    return Pair(
        first.id,
        second.id,
        round(similarity, 3),
        first.db_id == second.db_id,
        bool(golds[0] & golds[1]),
    )
