"""Each order placed at most once: claim, send once, record, and what to do when that can't be."""
