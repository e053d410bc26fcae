"""Reading SQL as text: the official grammar, extraction from model output, spans to colour, differences in words."""
