"""Scoring: somebody else's prediction files → verdicts, tables, files and pages; no model is involved."""
