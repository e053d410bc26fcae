"""Reads answers off models: what a model adapter must offer, and the prediction stage over it."""
