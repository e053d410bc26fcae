"""``python -m bench.cli``."""

from bench.__main__ import main

main()
