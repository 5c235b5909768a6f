"""Requests, answers, refusals and limits, apart from any release."""
