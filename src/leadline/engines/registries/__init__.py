"""Registries: a project's trials and verdicts, shown in other tools."""
