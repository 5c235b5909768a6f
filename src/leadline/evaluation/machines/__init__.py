"""Language models in the evaluation of candidates."""
