# %% [markdown]
# # How good is a model on data that have no labels?
#
# Some model scores 50,000 rows; nobody knows the truth. Two hundred judgments, drawn where doubt is, give precision and recall with
# intervals that hold whatever the scores are worth.

# %%
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression

import leadline as ll

X, y = make_classification(
    52_000, n_features=20, n_informative=6, weights=[0.93], flip_y=0.02, random_state=0
)
model = LogisticRegression(max_iter=500).fit(X[:1_000], y[:1_000])
X_test, y_test, X_new, truth = X[1_000:2_000], y[1_000:2_000], X[2_000:], y[2_000:]
scores = model.predict_proba(X_new)[:, 1]

# %% [markdown]
# A few thresholds on a small test set, and what no model at all would cost:

# %%
points = ll.operating_points(
    y_test, model.predict_proba(X_test)[:, 1], {"miss": 8, "false_alarm": 1}
)
points.select(
    "point", "threshold", "cost_per_row", "precision", "recall", "recall_low", "recall_high"
)

# %% [markdown]
# On the new rows a person judges: `judging.ask(rows)` shows them one by one. Here the truth answers.

# %%
thresholds = points["threshold"].drop_nulls().to_list()
judging = ll.judge(scores, thresholds, n=200)
judging.answer({int(row): bool(truth[row]) for row in judging.rows})
judging

# %% [markdown]
# What is true, for once, because these data were made:

# %%
for threshold in thresholds:
    flagged = scores >= threshold
    print(
        f"{threshold:.3f}: precision {truth[flagged].mean():.3f}, recall {flagged[truth == 1].mean():.3f}"
    )
