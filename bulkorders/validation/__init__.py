"""Rows checked against the panel's catalogue. Pure: same sheet, catalogue and memory give the same answer."""
