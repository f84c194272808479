"""Checked rows become placed orders: reviewed, held to limits, planned, tried with one, placed."""
