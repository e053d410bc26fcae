"""Supervised fine-tuning: maximum likelihood of the gold SQL.

L = -(1/n) Σ_t log q(y_t | x, y_<t), over the tokens of the SQL and its end, never over the prompt.
Implemented: exactly this. Not implemented: label smoothing, loss on the prompt.
"""

from __future__ import annotations

from bench.train.objectives.step import gold

readings = gold
