"""Doctor: both engines, each with its walls, and an engine that is too old."""

from __future__ import annotations

import pytest

from bench import doctor
from bench.execute import engines
from bench.execute.harden import LAYERS


def test_each_engine_is_shown_with_its_walls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(engines.VERSIONS, "apsw", "3.50.2")
    monkeypatch.setitem(engines.VERSIONS, "stdlib", "3.50.1")
    signs = {sign.what: sign for sign in doctor._sandbox()}
    assert (signs["engine: apsw"].state, signs["engine: stdlib"].state) == ("ok", "old")
    assert "older than 3.50.2" in signs["engine: stdlib"].detail
    for name in ("apsw", "stdlib"):
        walls = [signs[f"sandbox: {name} {layer}"] for layer in LAYERS]
        assert {(sign.state, sign.detail) for sign in walls} <= {
            ("ok", "on"),
            ("absent", "not on this system"),
        }
