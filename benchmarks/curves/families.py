"""The learners of LCDB 1.0 and 1.1 by family, named as Leadline names its own where it has them."""

from __future__ import annotations

_LCDB11 = {
    "svm": ["SVM_Linear", "SVM_Poly", "SVM_RBF", "SVM_Sigmoid"],
    "tree": ["Decision Tree", "ExtraTree"],
    "linear": [
        "LogisticRegression",
        "PassiveAggressive",
        "Perceptron",
        "RidgeClassifier",
        "SGDClassifier",
    ],
    "bayes": ["BernoulliNB", "MultinomialNB", "ComplementNB", "GaussianNB"],
    "neighbours": ["KNN", "NearestCentroid"],
    "discriminant": ["LDA", "QDA"],
    "forest": ["ens.ExtraTrees", "ens.RandomForest"],
    "boosting": ["ens.GradientBoosting"],
    "network": ["MLP"],
    "majority": ["DummyClassifier"],
}
# the names of LCDB 1.0, where they differ after the module path
_LCDB10 = {
    "svm": ["SVC_linear", "SVC_poly", "SVC_rbf", "SVC_sigmoid"],
    "tree": ["DecisionTreeClassifier", "ExtraTreeClassifier"],
    "linear": ["PassiveAggressiveClassifier"],
    "neighbours": ["KNeighborsClassifier"],
    "discriminant": ["LinearDiscriminantAnalysis", "QuadraticDiscriminantAnalysis"],
    "forest": ["ExtraTreesClassifier", "RandomForestClassifier"],
    "boosting": ["GradientBoostingClassifier"],
    "network": ["MLPClassifier"],
}

FAMILIES = list(_LCDB11)
_FAMILY = {
    learner: family
    for names in (_LCDB11, _LCDB10)
    for family, learners in names.items()
    for learner in learners
}


def family_of(learner: str) -> str:
    """The family of a learner by its name in either version; a module path before it is dropped."""
    return _FAMILY.get(learner) or _FAMILY[learner.rsplit(".", 1)[-1]]
