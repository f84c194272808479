"""Names of ours and of the panels that people read where no sentence holds them: states, commands, columns."""

NAMES = (
    *(
        "invalid",
        "duplicate",
        "ready",
        "sending",
        "placed",
        "rejected",
        "in doubt",
        "dropped",
        "missing",
        "slow",
    ),
    *("completed", "open", "asked", "accepted", "refused", "changed", "left out", "unasked", "uncharged"),
    *("asking", "done", "failed", "refill", "cancel", "ruled out", "not sent", "under way"),
    *("Pending", "Processing", "In progress", "Completed", "Partial", "Canceled", "Refunded", "Failed"),
    *("start count", "remains", "status", "charge", "currency", "order ids", "refund", "correction"),
    *("top up", "opening", "other", "reversal", "adjustment", "estimate", "change"),
    *("yes", "no", "nothing", "unknown", "(no movement)", "nothing was asked for"),
    *("Nothing new needs a person.", "New: {news}.", "Number", "Stopped:", "not set"),
)
"""What is looked up in the catalogue by its name (`in_doubt` without its underscore), or stands within an f-string."""
