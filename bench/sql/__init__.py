"""Reading SQL: the official grammar, extraction from model output, spans to colour, differences in words."""
