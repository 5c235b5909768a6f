"""Search within a time budget: candidates, evaluator, error forecasts, choice of actions."""
