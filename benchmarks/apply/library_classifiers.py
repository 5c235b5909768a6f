"""Classifiers of the library: families weak and strong, balanced and not, calibrated or not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.naive_bayes import ComplementNB, GaussianNB, MultinomialNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

Build = Callable[[int], Any]


def _scaled(model: Any) -> Any:
    return make_pipeline(StandardScaler(), model)


def _words(model: Any) -> Any:
    return make_pipeline(TfidfVectorizer(sublinear_tf=True, min_df=2), model)


CLASSIFIERS: dict[str, Build] = {
    "linear": lambda _: _scaled(LogisticRegression(max_iter=300)),
    "linear strong": lambda _: _scaled(LogisticRegression(C=0.001, max_iter=300)),
    "linear balanced": lambda _: _scaled(LogisticRegression(class_weight="balanced", max_iter=300)),
    "margin": lambda seed: _scaled(LinearSVC(random_state=seed)),
    "bayes": lambda _: GaussianNB(),
    "neighbours 7": lambda _: _scaled(KNeighborsClassifier(7)),
    "neighbours 40": lambda _: _scaled(KNeighborsClassifier(40, weights="distance")),
    "tree": lambda seed: DecisionTreeClassifier(min_samples_leaf=20, random_state=seed),
    "forest": lambda seed: RandomForestClassifier(100, random_state=seed),
    "forest smooth": lambda seed: RandomForestClassifier(
        100, min_samples_leaf=8, random_state=seed
    ),
    "forest balanced": lambda seed: RandomForestClassifier(
        100, min_samples_leaf=3, class_weight="balanced", random_state=seed
    ),
    "boosting": lambda seed: HistGradientBoostingClassifier(max_iter=80, random_state=seed),
    "boosting long": lambda seed: HistGradientBoostingClassifier(
        max_iter=300, learning_rate=0.2, random_state=seed
    ),
    "network": lambda seed: _scaled(
        MLPClassifier((64,), max_iter=60, early_stopping=True, random_state=seed)
    ),
    "network long": lambda seed: _scaled(MLPClassifier((64,), max_iter=120, random_state=seed)),
}

TEXT_CLASSIFIERS: dict[str, Build] = {
    "words linear": lambda _: _words(LogisticRegression(max_iter=300)),
    "words linear weak": lambda _: _words(LogisticRegression(C=30, max_iter=300)),
    "words linear balanced": lambda _: _words(
        LogisticRegression(class_weight="balanced", max_iter=300)
    ),
    "words bayes": lambda _: _words(MultinomialNB(alpha=0.1)),
    "words complement bayes": lambda _: _words(ComplementNB()),
    "words stochastic": lambda seed: _words(SGDClassifier(loss="log_loss", random_state=seed)),
    "words margin": lambda seed: _words(LinearSVC(random_state=seed)),
    "words neighbours": lambda _: _words(KNeighborsClassifier(7)),
    "words forest": lambda seed: _words(
        RandomForestClassifier(60, min_samples_leaf=2, random_state=seed)
    ),
}
