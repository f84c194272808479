"""What is said to a person who settles orders in doubt."""

DOUBT_NOTES = {
    "doubt.dangling": "The run ended before the answer came. It may have been placed.",
    "doubt.evidence": "sent {sent_at}; about {risk} at risk",
    "doubt.said": "the panel's answer: {answer}",
    "doubt.no_answer": "no answer was kept",
    "doubt.same_link": "other orders for this link: {orders}",
    "doubt.how": "Look the link up in the panel's own order list. Found: bulkorders resolve --placed {key}=ORDER_ID",
    "doubt.how_not": "Not there: bulkorders resolve --not-placed {key} --reason TEXT",
    "doubt.how_not_from": "Not there: bulkorders resolve --not-placed {key} --reason TEXT (from {when} on: until then the answer may still come)",
    "doubt.none": "No order is in doubt.",
    "doubt.settled_placed": "Row {row}: recorded as placed with the order id {id}.",
    "doubt.settled_ready": "Row {row}: recorded as not placed; the next submit sends it again.",
}

DOUBT_ERRORS: dict[str, tuple[str, str]] = {
    "resolve.unknown_key": (
        "{matching} of the {known} orders in doubt have a key that begins with {key}.",
        "`bulkorders resolve` lists them with their keys. Nothing was changed.",
    ),
    "resolve.id_taken": (
        "The order id {id} belongs to row {row} of the campaign {campaign} already.",
        "Look again which order it is. Nothing was changed.",
    ),
    "resolve.id_unknown": (
        "The panel does not know the order id {id} ({said}).",
        "Check the id in the panel's own order list. Nothing was changed.",
    ),
    "resolve.no_panel": (
        "The order id can't be checked: no panel in the settings is the account {account}.",
        "Set the panel, and run the command again. Nothing was changed.",
    ),
    "resolve.too_early": (
        "The answer for {key} may still come until {when}.",
        "Say that it was not placed after that time. Nothing was changed.",
    ),
    "resolve.reason": (
        "--not-placed needs a reason, which stays in the journal.",
        'Add --reason, such as --reason "not in the panel\'s order list". Nothing was changed.',
    ),
    "resolve.pair": (
        "--placed takes KEY=ID, found {found}.",
        "Write it like --placed 3f9c0d21=99999. Nothing was changed.",
    ),
    "resolve.both": (
        "{keys} stand under --placed and under --not-placed.",
        "Say one of the two. Nothing was changed.",
    ),
}
