"""The story: one run from a sheet to its results, each stage a line."""
