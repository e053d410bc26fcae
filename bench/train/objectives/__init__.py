"""What training minimises, one file per paper, over one small vocabulary of steps.

Every ``loss`` function takes its settings, the models, a batch, and a random generator that belongs to
this batch alone, and returns sums over the supervised tokens; the loop divides by their number.
"""
