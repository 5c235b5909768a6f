"""A release as a bundle: manifest, model, keys, environment, answers."""
