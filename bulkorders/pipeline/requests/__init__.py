"""Refills and cancels: asked for once each, followed, settled where an answer was lost."""
