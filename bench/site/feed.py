"""A JSON Feed (jsonfeed.org, version 1.1) of boards: what has new results, for programs that watch."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from bench.words import count


def feed(boards: Sequence[Mapping[str, object]]) -> bytes:
    """Write one item per board; it is another item as soon as it has other results.

    Addresses are relative to the feed's own: where a folder of boards will stand is not known.
    """
    whole = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Leaderboards of text2sql-bench",
        "items": [_item(board) for board in boards],
    }
    return (json.dumps(whole, indent=1, ensure_ascii=True) + "\n").encode("ascii")


def _item(board: Mapping[str, object]) -> dict[str, object]:
    day = f"{board['date']}T00:00:00Z" if board["date"] else None
    return {
        "id": "/".join(str(board[key]) for key in ("home", "date", "done")),
        "url": f"{board['home']}/index.html",
        "title": board["title"],
        "content_text": f"{board['done']} of {count(int(str(board['cells'])), 'cell')} have scores.",
        **({"date_published": day} if day else {}),
    }
