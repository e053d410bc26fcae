"""The text-to-SQL bench: declare a grid of models and methods, get numbers that can be trusted.

Importing this package imports neither torch nor any adapter: it must cost nothing to ask for help.
"""

__version__ = "0.1.0"
__all__ = ["__version__"]
