"""Site: a suite's results as a board of plain pages, as data, and as a table for the terminal."""
