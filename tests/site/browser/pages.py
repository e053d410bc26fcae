"""The pages of a board, one of each kind."""

CELL = "cells/tiny-medium-lora-mini-s0"
PAGES = (
    "index.html",
    "compare.html",
    "matrix.html",
    "reported.html",
    "releases.html",
    f"{CELL}.html",
    f"{CELL}/extra.html",
    "questions/mini/museum.html",
)
