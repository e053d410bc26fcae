"""Reading SQL: the official grammar, extraction from model output, spans to colour, differences in words."""

import logging

logging.getLogger("sqlglot").setLevel(logging.ERROR)  # else it warns of each answer that is VACUUM or EXPLAIN
