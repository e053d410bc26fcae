"""Energy: read off NVML, and absent, not nothing, where there is none."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

torch = pytest.importorskip("torch", reason="needs the [train] extra")

from bench.train import energy  # noqa: E402

pytestmark = pytest.mark.train


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_without_a_gpu_there_is_no_energy() -> None:
    assert energy.drawn() is None


def test_without_its_package_there_is_none(monkeypatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setitem(sys.modules, "pynvml", None)
    assert energy.drawn() is None


def test_millijoules_of_the_gpu_that_is_used(monkeypatch) -> None:
    """NVML's own calls, by their documented names; a GPU that does not count gives nothing."""

    class NVMLError(Exception):
        pass

    def counted(device: str) -> int:
        assert device == "handle of GPU-12-34"
        return 5500

    def uncounted(_device: str) -> int:
        raise NVMLError

    made = SimpleNamespace(
        NVMLError=NVMLError,
        nvmlInit=lambda: None,
        nvmlDeviceGetHandleByUUID=lambda name: f"handle of {name}",
        nvmlDeviceGetTotalEnergyConsumption=counted,
    )
    monkeypatch.setitem(sys.modules, "pynvml", made)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "current_device", lambda: 0)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda _: SimpleNamespace(uuid="12-34"))
    assert energy.drawn() == 5.5
    made.nvmlDeviceGetTotalEnergyConsumption = uncounted
    assert energy.drawn() is None
