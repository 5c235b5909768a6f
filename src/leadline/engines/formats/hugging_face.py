"""Data set for Hugging Face: Parquet, and a README whose head names the files [1]_.

References
----------
.. [1] Hugging Face, Structure your repository; Dataset cards.
   https://huggingface.co/docs/datasets/repository_structure
"""

from __future__ import annotations

import json
from pathlib import Path

from leadline.engines.annotation_format import ImportResult, LabellingBatch, Question
from leadline.engines.formats.vote_tables import Parquet, vote_frame
from leadline.errors import DataError

_VOTES, _ITEMS = "votes", "items"


class HuggingFace:
    """Two configurations: ``votes``, and ``items`` with their keys."""

    name = "hugging-face"
    suffixes = ("/",)

    def write(self, batch: LabellingBatch, path: Path) -> None:
        """As `leadline.engines.annotation_format.Format.write`."""
        for name, frame in ((_VOTES, vote_frame(batch)), (_ITEMS, batch.items)):
            (path / name).mkdir(parents=True)
            frame.write_parquet(path / name / "train.parquet")
        (path / "README.md").write_text(_card(batch), encoding="utf-8")

    def read(self, path: Path, question: Question) -> ImportResult:
        """As `leadline.engines.annotation_format.Format.read`."""
        file = path / _VOTES / "train.parquet"
        if not file.is_file():
            raise DataError(
                f"{path.name} has no {_VOTES}/train.parquet.",
                "A folder is needed as 'leadline votes export FOLDER' writes it.",
                "Name that folder, or a file of votes.",
            )
        return Parquet().read(file, question)


def _card(batch: LabellingBatch) -> str:
    question = batch.question
    configurations = [
        {"config_name": name, "data_files": [{"split": "train", "path": f"{name}/train.parquet"}]}
        | ({"default": True} if name == _VOTES else {})
        for name in (_VOTES, _ITEMS)
    ]
    # JSON is YAML too, and needs no care about what is quoted
    head = f"configs: {json.dumps(configurations)}\n"
    labels = ", ".join(question.classes) or "a number"
    guidelines = f"\n## Guidelines\n\n{question.guidelines}\n" if question.guidelines else ""
    return (
        f"---\n{head}---\n\n# {question.text or question.label}\n\n"
        f"What is labelled: `{question.label}` of each {question.unit}; one of: {labels}.\n\n"
        f"* `{_VOTES}`: {len(batch.answers):,} votes, one a row: who said what of which item, how "
        "many seconds it took, and when. No value is 'unsure'.\n"
        f"* `{_ITEMS}`: {batch.items.height:,} items, by the key in `{batch.key}`.\n{guidelines}"
    )
