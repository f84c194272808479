"""The panels of the settings: listed as they are set, and probed with calls that change nothing."""
