"""Label Studio: tasks with annotations as JSON, and the labelling configuration."""

from leadline.engines.formats.label_studio.format import LabelStudio

__all__ = ["LabelStudio"]
