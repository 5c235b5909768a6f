"""The budgeted search: candidates, their evaluator, error forecasts, where the next second goes."""
