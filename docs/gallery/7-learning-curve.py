# %% [markdown]
# # A forecast for your own estimator
#
# No project is needed: an estimator of scikit-learn, rows, and a target.

# %%
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.svm import SVC

import leadline as ll

X, y = load_digits(return_X_y=True)
ll.forecast(SVC(), X, y, target=0.995, label_cost=0.2, budget=1_000)

# %% [markdown]
# The same for a forest. Which of the two is ahead is one thing at today's size and another at ten times the data: each interval
# says how sure that is.

# %%
svc = ll.learning_curve(SVC(), X, y)
forest = ll.learning_curve(RandomForestClassifier(random_state=0), X, y)
for name, curve in (("SVC", svc), ("forest", forest)):
    print(name, curve.score([1_500, 15_000]).rows())

# %% [markdown]
# Points that were measured elsewhere, of a neural network say, are enough:

# %%
measured = ll.fit(
    [1_000, 2_000, 4_000, 8_000, 16_000], [0.31, 0.26, 0.22, 0.18, 0.155], metric="accuracy"
)
print(measured)
measured.plot(target=0.9)
