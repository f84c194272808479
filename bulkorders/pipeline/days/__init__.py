"""The daily run from end to end: the sheets of a day, what is new, and who is told."""
