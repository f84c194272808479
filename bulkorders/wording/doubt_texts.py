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
    "doubt.link_open": "a later order for this link was refused, since one is open already: this may be that one (evidence, not proof: on some panels another customer's order blocks a link too)",
    "doubt.paid": "By the balance: its money is gone, so it was placed, and its id is not known. Look it up and type --placed KEY=ID.",
    "doubt.counted": "By the balance: {placed} of the {among} orders at this price were placed. Look up which.",
    "doubt.not_placed": "By the balance: it was not placed ({why}).",
    "doubt.cannot_tell": "By the balance: nobody can tell; {why}.",
    "doubt.why.no_money_gone": "less money is gone than it costs",
    "doubt.why.exact": "only one combination of the orders in doubt comes to the money that is gone",
    "doubt.why.count": "so many of the same orders were paid, and no more",
    "doubt.why.several": "several combinations of the orders in doubt come to the money that is gone",
    "doubt.why.imitated": "somebody else who bought at the same price would leave the same balance",
    "doubt.why.history": "too little is known of who else uses this account: two runs, or stretches of one, must have closed with nothing unexplained",
    "doubt.why.no_reading": "the balance was not read when nothing was under way, before the sending and after it; run this again in a quarter of an hour",
    "doubt.why.too_early": "too little time has passed since the last sending; run this again after {until}",
    "doubt.why.uncharged": "the charges of other orders are not told yet",
    "doubt.why.prices": "orders were not charged as estimated",
    "doubt.why.refunds": "orders were canceled or paid back meanwhile",
    "doubt.why.moved": "the balance moved besides: a late charge, money paid in, or another user of the account",
    "doubt.why.few": "fewer than three other orders placed about that time show that charges are taken at once",
    "doubt.why.shared": "money went from the account that no order of ours explains",
    "doubt.why.no_match": "no combination of the orders in doubt comes to the money that is gone",
    "doubt.why.too_many": "there are too many orders or combinations",
    "doubt.why.top_up": "a round sum paid in meanwhile would leave the same balance",
    "doubt.why.no_panel": "no panel in the settings is its account",
    "doubt.why.unasked": "the panel did not answer",
    "doubt.why.id_seen": "its answer named an order id",
    "doubt.why.link_open": "the panel says that an order for its link is open",
    "doubt.none": "Nothing is in doubt.",
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
        "--not-placed and --not-taken need a reason, which stays in the journal.",
        'Add --reason, such as --reason "not in the panel\'s order list". Nothing was changed.',
    ),
    "resolve.pair": (
        "--placed takes KEY=ID, found {found}.",
        "Write it like --placed 3f9c0d21=99999. Nothing was changed.",
    ),
    "resolve.auto_alone": (
        "--auto stands beside --placed, --not-placed, --taken or --not-taken.",
        "Give your word first, then run `bulkorders resolve --auto`. Nothing was changed.",
    ),
    "resolve.both": (
        "{keys} stand under --placed and under --not-placed, or under --taken and under --not-taken.",
        "Say one of the two. Nothing was changed.",
    ),
}
