"""Inputs of a network: numbers, codes of categories and pixels, from a polars frame."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from leadline.engines.families.inputs.date_features import date_parts
from leadline.engines.families.inputs.encoders import Categories, Numbers, Words
from leadline.engines.families.inputs.flat_images import Pixels
from leadline.engines.families.network.architecture import Layer, image_layers, table_layers
from leadline.reading.images.pixels import channels_of, longest_side, pixels

_TEXT_DIRECTIONS = 128
_IMAGE_DIRECTIONS = 64
_LEAST_CONTRAST = 1e-3


class Inputs(TransformerMixin, BaseEstimator):
    """Numbers and date parts scaled, categories as codes, text and images as directions.

    Parameters
    ----------
    kinds : mapping of str to {"number", "category", "text", "date", "image"}
        Column name to kind.
    text : {"directions", "embeddings"}, default="directions"
        The leading directions of TF-IDF, or the embeddings of a local model.
    as_pixels : bool, default=False
        Leave images as they are, for convolutions.
    size : int, default=32
        Pixels a side that images have at most.
    seed : int, default=0
        Of the decompositions.
    """

    def __init__(
        self,
        kinds: Mapping[str, str],
        text: str = "directions",
        as_pixels: bool = False,
        size: int = 32,
        seed: int = 0,
    ) -> None:
        self.kinds = kinds
        self.text = text
        self.as_pixels = as_pixels
        self.size = size
        self.seed = seed

    def fit(self, X: pl.DataFrame, y: object = None) -> Self:  # noqa: ARG002
        """Learn scales, categories, words and how large images are."""
        if not isinstance(X, pl.DataFrame):
            raise TypeError(
                f"X is a {type(X).__name__}; a polars frame is needed. Pass it through conform."
            )
        if not self.kinds:
            raise ValueError("kinds names no column; at least one feature is needed. Name one.")
        self.numbers_ = None
        if self._named("number") or self._named("date"):
            self.numbers_ = Numbers().fit(self._numeric(X))
        self.categories_ = Categories(as_codes=True).fit(X.select(self._named("category")))
        self.words_ = []
        if self.text == "embeddings" and self._named("text"):
            from leadline.engines.embeddings import identity

            self.language_model_ = list(identity())
        elif self.text == "directions":
            self.words_ = [
                Words(n_components=_TEXT_DIRECTIONS, seed=self.seed).fit(X.get_column(name))
                for name in self._named("text")
            ]
        images = [X.get_column(name) for name in self._named("image")]
        self.shades_ = []
        if self.as_pixels and images:
            self.size_ = max(1, min(self.size, max(map(longest_side, images))))
            self.n_channels_ = max(map(channels_of, images))
            seen = self._pixels(X)
            self.brightness_ = seen.mean(axis=(0, 2, 3), keepdims=True)
            self.contrast_ = np.maximum(seen.std(axis=(0, 2, 3), keepdims=True), _LEAST_CONTRAST)
        elif images:
            self.shades_ = [
                Pixels(n_components=_IMAGE_DIRECTIONS, seed=self.seed).fit(image)
                for image in images
            ]
        return self

    def transform(self, X: pl.DataFrame) -> dict[str, NDArray[np.generic]]:
        """Arrays by name.

        Returns
        -------
        dict of str to numpy.ndarray
            "numbers" of float32 (n_samples, n_numbers), "codes" of int64 (n_samples, n_columns)
            and "pixels" of float32 (n_samples, n_channels, size, size); none that would be empty.
        """
        inputs: dict[str, NDArray[np.generic]] = {}
        if self.as_pixels and self._named("image"):
            inputs["pixels"] = (self._pixels(X) - self.brightness_) / self.contrast_
        if self._named("category"):
            inputs["codes"] = self._codes(X)
        numbers = np.hstack(self._numbers(X))
        if numbers.shape[1]:
            inputs["numbers"] = numbers.astype(np.float32)
        if not inputs:
            # nothing was learnt from text without words; a network needs a number
            inputs["numbers"] = np.zeros((X.height, 1), dtype=np.float32)
        return inputs

    def layers(
        self, inputs: Mapping[str, NDArray[np.generic]], filters: tuple[int, ...], activation: str
    ) -> list[Layer]:
        """The layers that take what `transform` gave."""
        layers: list[Layer] = []
        if "pixels" in inputs:
            _, n_channels, size, _ = inputs["pixels"].shape
            layers += image_layers(n_channels, size, filters, activation)
        n_numbers = inputs["numbers"].shape[1] if "numbers" in inputs else 0
        pairs = zip(self._named("category"), self.categories_.names_, strict=True)
        # one code more for other categories, and one for a missing one
        return [*layers, *table_layers(n_numbers, {name: len(its) + 2 for name, its in pairs})]

    def _named(self, kind: str) -> list[str]:
        return [name for name, its in self.kinds.items() if its == kind]

    def _numeric(self, X: pl.DataFrame) -> pl.DataFrame:
        parts = [part for name in self._named("date") for part in date_parts(name)]
        return X.select(*self._named("number"), *parts)

    def _numbers(self, X: pl.DataFrame) -> list[NDArray[np.floating]]:
        """Numbers and date parts; texts and images in directions, all scaled to about 1."""
        parts: list[NDArray[np.floating]] = [np.zeros((X.height, 0))]
        if self.numbers_ is not None:
            parts.append(self.numbers_.transform(self._numeric(X)))
        texts = [X.get_column(name) for name in self._named("text")]
        if self.text == "embeddings" and texts:
            from leadline.engines.embeddings import Identity, embed, refuse_another_model

            refuse_another_model(Identity(*self.language_model_))
            found = [np.asarray(embed(text.to_list())) for text in texts]
        else:
            found = [words.transform(text) for words, text in zip(self.words_, texts, strict=True)]
        # a text has a length of about 1, in any number of directions
        parts += [each * np.sqrt(each.shape[1]) for each in found]
        images = [X.get_column(name) for name in self._named("image")] if self.shades_ else []
        pairs = zip(self.shades_, images, strict=True)
        # the first directions of an image are the widest by far, and the last hardly noise
        return parts + [np.clip(shades.transform(image), -20, 20) for shades, image in pairs]

    def _codes(self, X: pl.DataFrame) -> NDArray[np.int64]:
        codes = self.categories_.transform(X.select(self._named("category")))
        missing = np.array([len(names) + 1 for names in self.categories_.names_])
        whole: NDArray[np.int64] = np.where(np.isnan(codes), missing, codes).astype(np.int64)
        return whole

    def _pixels(self, X: pl.DataFrame) -> NDArray[np.float32]:
        """Channels of all image columns, of shape (n_samples, n_channels, size, size)."""
        images = [
            pixels(X.get_column(name), self.size_, self.n_channels_)
            for name in self._named("image")
        ]
        stacked: NDArray[np.float32] = np.concatenate(images, axis=3).transpose(0, 3, 1, 2)
        return np.ascontiguousarray(stacked)


TRUSTED = tuple(
    f"{kind.__module__}.{kind.__qualname__}"
    for kind in (Inputs, Numbers, Categories, Words, Pixels)
)
