"""Crowd platforms: paid labelling through their own interfaces."""
