"""Energy: what the GPU has drawn, where NVML tells."""

from __future__ import annotations

from contextlib import suppress

import torch


def drawn() -> float | None:
    """Return the joules that this process's GPU has drawn since its driver was loaded.

    ``None`` without a GPU, without the package ``nvidia-ml-py``, or where the GPU does not count (before
    Volta). All that runs on the GPU is counted, not this process alone.
    """
    if not torch.cuda.is_available():
        return None
    try:
        import pynvml
    except ModuleNotFoundError:
        return None
    with suppress(pynvml.NVMLError):
        pynvml.nvmlInit()
        identity = str(torch.cuda.get_device_properties(torch.cuda.current_device()).uuid)
        device = pynvml.nvmlDeviceGetHandleByUUID(f"GPU-{identity}")
        return float(pynvml.nvmlDeviceGetTotalEnergyConsumption(device)) / 1000
    return None
