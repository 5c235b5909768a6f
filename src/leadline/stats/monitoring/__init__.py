"""Statistics of a model in service: drift, staleness."""
