"""The text that a model meets: one renderer for training, prediction and serving.

A format is a module of this package that says how a schema and a question are written, with a
version that is raised by hand whenever its text changes. The id of a prompt enters the keys of
everything made with it.
"""

from bench.prompts.format import answer
from bench.prompts.prompter import Prompt, Prompter
from bench.prompts.shots import refuse_asked
from bench.prompts.spec import FORMATS, format_of, kept, needs_tokenizer, prompt_id
from bench.prompts.tokens import Tokenizer

__all__ = [
    "FORMATS",
    "Prompt",
    "Prompter",
    "Tokenizer",
    "answer",
    "format_of",
    "kept",
    "needs_tokenizer",
    "prompt_id",
    "refuse_asked",
]
