"""Several classes and numbers: estimates by strata of what the model says and how sure it is."""
