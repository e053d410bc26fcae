"""The embedded data set: synthetic questions over small hand-designed databases."""
