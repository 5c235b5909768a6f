"""Clients of language models: each speaks one interface."""
