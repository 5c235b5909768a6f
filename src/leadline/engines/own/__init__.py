"""A person's own model, named by import path under ``[find] families``.

::

    sklearn.ensemble.ExtraTreesClassifier   an estimator's class: given the columns as numbers
    my_models:forest                        an estimator made in my_models.py, or a family
    my_models:pipeline[frame]               the same, given the polars frame itself
    my_model:                               a module with fit(X, y, seed) and predict(model, X)
    my_model:[numbers]                      the same, given the columns as numbers

`import_path` parses the name, `importing` imports it, `finding` makes a family of what it names.
"""
