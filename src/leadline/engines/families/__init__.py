"""Families of models: each proposes candidates and builds a scikit-learn estimator from one."""
