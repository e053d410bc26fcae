"""What training minimises, one file per paper, over one small vocabulary: see ``step``.

The mathematics of an objective is a module with ``readings``, which say what the student reads and how much
divergence and likelihood count there, and ``divergence``, which compares student and teacher per token.
"""
