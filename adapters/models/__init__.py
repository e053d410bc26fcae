"""Sources of answers: models, controls, and predictions made elsewhere."""
