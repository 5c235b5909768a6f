"""Vocabulary: what people call rows, classes and errors, and the glossary of terms."""
