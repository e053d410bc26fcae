"""Warm: what the fork server imports before it starts tasks. Importing it is all there is to do."""

import importlib
import os
from contextlib import suppress

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

for _name in ("torch", "transformers", "peft", "accelerate"):
    with suppress(ImportError):
        importlib.import_module(_name)
