"""Fits a base model: one loop, any tuning, any objective."""

import os

# With busy-waiting OpenMP threads a step takes many times longer as soon as anything else runs on the
# machine; the choice is read once, when torch is first imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
