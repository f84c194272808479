"""What is said of refills, cancels and of orders that are long past their usual time."""

REQUEST_NOTES: dict[str, str] = {
    "refresh.resumed": "Going on with the run of {since} that did not come to its end: what was asked about since then is not asked about again.",
    "refill.automatic": "Refills asked for by themselves (`auto`) on {account}: {count}, {taken} of them taken.",
    "request.not_placed": "Order {order_id} is not placed.",
    "request.not_placed.many": "not placed",
    "request.not_completed": "Order {order_id} is {status}; this panel refills orders that are {expected}.",
    "request.not_completed.many": "not completed",
    "request.no_refill": "Order {order_id}: the service {service} offers no refill.",
    "request.no_refill.many": "of services without refill",
    "request.no_cancel": "Order {order_id}: orders of the service {service} can't be canceled.",
    "request.no_cancel.many": "of services that can't be canceled",
    "request.finished": "Order {order_id} is {status}: there is nothing left to cancel.",
    "request.finished.many": "finished",
    "request.is_asked": "Order {order_id}: a cancel was asked for at {asked_at} and taken; refresh tells what became of it.",
    "request.is_asked.many": "with a cancel asked for already",
    "request.asked_lately": "Order {order_id}: a refill was asked for at {asked_at}; the next can be from {when} on.",
    "request.asked_lately.many": "with a refill asked for lately",
    "request.in_doubt": "Order {order_id}: whether the {kind} asked for at {asked_at} was taken is in doubt, so it is not asked for again. bulkorders resolve shows it ({id}).",
    "request.in_doubt.many": "with one in doubt",
    "doubt.request": "{campaign}, row {row}: nobody can say whether the {kind} of order {order_id}, asked for at {asked_at}, was taken.",
    "doubt.request_said": "what came: {said}",
    "doubt.request_how.refill": "Look the order up with the panel. Taken: bulkorders resolve --taken {id}=REFILL_ID (without =REFILL_ID where it shows none)",
    "doubt.request_how.cancel": "refresh settles it once the order has ended. Or look it up with the panel. Taken: bulkorders resolve --taken {id}",
    "doubt.request_how_not": "Not taken: bulkorders resolve --not-taken {id} --reason TEXT",
    "doubt.request_how_not_from": "Not taken: bulkorders resolve --not-taken {id} --reason TEXT (from {when} on: until then the answer may still come)",
    "doubt.request_taken": "Order {order_id}: the {kind} is recorded as taken; refresh asks what became of it.",
    "doubt.request_not_taken": "Order {order_id}: the {kind} is recorded as not taken; it may be asked for again.",
    "story.add": "Read from the sheet: about {cost}.",
    "story.change": "Changed in the sheet before it was sent: about {cost}.",
    "story.return": "Back in the sheet: about {cost}.",
    "story.drop": "Gone from the sheet before it was sent.",
    "story.claim": "Sent to the panel (attempt {number}).",
    "story.accept": "Placed: {ids}.",
    "story.late": "Placed after all, by an answer that came late: {ids}.",
    "story.reject": "Refused.",
    "story.miss": "Not sent; ready again.",
    "story.lose": "In doubt: it may have been placed.",
    "story.find": "Found at the panel: {ids}.",
    "story.rule_out": "Ruled not placed; ready again.",
    "story.refuse": "Refused, by an answer that came late.",
    "story.suspect": "In doubt: the books show a charge.",
    "story.again": "To be sent again, by a person's word.",
    "story.answer": "A further answer: {ids}",
    "story.delivery": "The panel told: {changes}.",
    "story.request.asking": "A {kind} of order {order_id} is asked for.",
    "story.request.accepted": "The {kind} {id} of order {order_id} is taken.",
    "story.request.refused": "The {kind} of order {order_id} is refused.",
    "story.request.in_doubt": "The {kind} of order {order_id} is in doubt.",
    "story.request.done": "The {kind} {id} of order {order_id} is done.",
    "story.request.failed": "The {kind} {id} of order {order_id} came to nothing.",
    "slow.catalogue": "by its catalogue",
    "slow.journal": "by your earlier orders",
    "slow.setting": "by the setting",
}

REQUEST_PROBLEMS: dict[str, str] = {
    "delivery.slow": "the order {order_id} has been open for {age}; orders for service {service} usually take {usual} ({told}). Ask the panel about it, or ask for a cancel with `bulkorders cancel --order {order_id}`.",
    "delivery.slow without usual": "the order {order_id} has been open for {age}, longer than {allowed} (`slow_after`). Ask the panel about it, or ask for a cancel with `bulkorders cancel --order {order_id}`.",
}

REQUEST_REPAIRS: dict[str, str] = {
    "delivery.slow": "Orders long past their usual time: ask the panel about them",
}

REQUEST_ERRORS: dict[str, tuple[str, str]] = {
    "request.declined": ("No {kind} was asked for.", "Run the command again to look at it once more."),
    "request.none_placed": (
        "The journal has no placed order of the campaign {campaign} on these panels.",
        "Name the campaign with --campaign, or orders with --order ID; `bulkorders history` lists campaigns.",
    ),
    "resolve.unknown_request": (
        "{matching} of the {known} refills and cancels in doubt have an id that begins with {id}.",
        "`bulkorders resolve` lists them with their ids. Nothing was changed.",
    ),
    "resolve.cancel_id": (
        "A cancel has no id of the panel's, and {id} is one.",
        "Write --taken {id} alone. Nothing was changed.",
    ),
    "resolve.refill_taken": (
        "The refill {id} is that of another order already.",
        "Look again which refill it is. Nothing was changed.",
    ),
    "resolve.refill_unknown": (
        "The panel does not know the refill {id}.",
        "Check the id in the panel's own list of refills. Nothing was changed.",
    ),
    "show.unknown": (
        "The journal has no order with the id, the key or the reference {name}.",
        "Check it; the results workbook has ids and references, and `bulkorders history` lists campaigns.",
    ),
    "show.several": (
        "{count} orders are meant by {name}: {candidates}.",
        "Name one by its key, or add --campaign or --panel.",
    ),
    "orders.several": (
        "The order id {id} is one of {accounts}.",
        "Say which panel is meant with --panel NAME.",
    ),
    "call.one_of": (
        "A sheet, --campaign and --order each choose orders, and more than one is given.",
        "Give one of them.",
    ),
    "request.stopped.unreached": (
        "The panel can't be reached: {said}",
        "Nothing of the rest was asked for. Run the command again later.",
    ),
    "request.stopped.unanswered": (
        "The panel gave no clear answer, so nothing more was asked for: {said}",
        "`bulkorders resolve` shows what is in doubt; the rest can be asked for by the same command later.",
    ),
    "request.stopped.interrupted": (
        "Interrupted; what was in flight has been waited for.",
        "Run the same command again to ask for the rest.",
    ),
}

REQUEST_QUESTIONS: dict[str, str] = {
    "request.refill": "Ask for {count} refills?",
    "request.cancel": "Ask the panel to cancel {count} orders?",
}
