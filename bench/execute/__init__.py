"""Execute: run SQL against databases in a sandbox, under a policy, and compare results."""

from bench.execute.engines import ENGINE
from bench.execute.executor import Executor
from bench.execute.item import Judged, Pair, Query
from bench.execute.policy import Policy

__all__ = ["ENGINE", "Executor", "Judged", "Pair", "Policy", "Query"]
