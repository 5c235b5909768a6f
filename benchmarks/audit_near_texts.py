"""Share of near repeats that the audit finds among texts of many letters, and of those it invents.

Half of the texts are answers of 4 to 11 words, the others letters of hundreds; all begin with one
of three openings. Words are made up, and as uneven as those of a language. Of the copies a share of
the words was written anew. Run ``python benchmarks/audit_near_texts.py``.
"""

from __future__ import annotations

import time

import numpy as np
import polars as pl

from leadline.datasets.audit.near_repeats import near_repeats

SIZES = ((2_000, 20), (3_000, 100), (12_000, 300))
OPENINGS = ("Thank you for your message. ", "Dear Sir or Madam, ", "Hello, this is ")
LETTERS = np.array(list("abcdefghijklmnopqrstuvwxyz"))
ANEW = (None, 0.01, 0.05, 0.2)


class Corpus:
    """Made texts.

    Parameters
    ----------
    rng : numpy.random.Generator
        What they are drawn by.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.words = np.array(
            ["".join(rng.choice(LETTERS, rng.integers(2, 10))) for _ in range(5_000)]
        )
        share = 1 / np.arange(1, self.words.size + 1)
        self.ends = np.cumsum(share / share.sum())

    def drawn(self, n: int) -> list[str]:
        """So many words."""
        places = np.searchsorted(self.ends, self.rng.random(n))
        return self.words[np.minimum(places, self.words.size - 1)].tolist()

    def texts(self, n_texts: int, n_words: int) -> list[str]:
        """Short and long ones."""
        short = self.rng.integers(4, 12, n_texts)
        long = self.rng.integers(n_words, 3 * n_words, n_texts)
        lengths = np.where(self.rng.random(n_texts) < 0.5, short, long)
        return [self.rng.choice(OPENINGS) + " ".join(self.drawn(n)) for n in lengths]

    def anew(self, text: str, share: float) -> str:
        """A text, a share of whose words are others."""
        words = text.split(" ")
        for place in np.flatnonzero(self.rng.random(len(words)) < share):
            words[place] = self.rng.choice(self.words)
        return " ".join(words)


def main() -> None:
    """Print a line a size."""
    heads = ["none" if each is None else f"words written anew {each:.0%}" for each in ANEW]
    print("| millions of letters |", " | ".join(["no copies", *heads[1:]]), "| processor s |")
    print("|---:|" + "---:|" * (len(ANEW) + 1))
    for n_texts, n_words in SIZES:
        corpus = Corpus(np.random.default_rng(0))
        texts = corpus.texts(n_texts, n_words)
        is_test = np.arange(n_texts) % 5 == 0
        test, train = np.flatnonzero(is_test), np.flatnonzero(~is_test)
        found, seconds = [], 0.0
        for share in ANEW:
            said = list(texts)
            if share is not None:
                for row, source in zip(test, corpus.rng.choice(train, test.size), strict=True):
                    said[row] = corpus.anew(texts[source], share)
            frame = pl.DataFrame({"text": said})
            begun = time.process_time()
            found.append(near_repeats(frame, {"text": "text"}, is_test))
            seconds += (time.process_time() - begun) / len(ANEW)
        cells = [f"{each:.1%}" for each in found]
        n_letters = sum(map(len, texts)) / 1e6
        print(f"| {n_letters:.1f} |", " | ".join(cells), f"| {seconds:.1f} |", flush=True)


if __name__ == "__main__":
    main()
