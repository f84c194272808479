"""The pipeline on many machines: a queue beside the journal, workers that hold the keys, one pace per panel."""
