"""Question patterns: each draws one question with its gold query from a database."""
