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
