"""What is said on the page alone: errors of its own, and sentences that name commands, said for a browser."""

PAGE_ERRORS: dict[str, tuple[str, str]] = {
    "call.nothing_ticked": (
        "No order is ticked.",
        "Tick at least one order, and choose again. Nothing was asked for.",
    ),
    "export.nothing_there": (
        "There is nothing to write: no money moved in this time.",
        "Choose another month, or all months.",
    ),
}

SAID_ON_PAGE: dict[str, str] = {
    "there is no service id. Write the id of a service; `bulkorders services` lists them.": "there is no service id. Write the id of a service; the page Services lists them.",
    "the panel has no service {found} today. Choose another; `bulkorders services --search TEXT` finds it.": "the panel has no service {found} today. Choose another; the page Services finds it.",
    "no number of new posts is set, so the panel may serve every new post without end, and no cap would hold. Write how many posts, or leave out `--max-order` and `--max-total`.": "no number of new posts is set, so the panel may serve every new post without end, and no cap would hold. Write how many posts, or set no caps for this sheet.",
    "{found} can be read as a thousand or as a fraction. Write it with other decimals, or set `decimal` in bulkorders.toml.": "{found} can be read as a thousand or as a fraction. Write it with other decimals.",
    "this order would cost {found} {currency}, above the {expected} allowed for one (`--max-order`). Lower the quantity, or raise the cap.": "this order would cost {found} {currency}, above the {expected} allowed for one. Lower the quantity, or raise the cap in the settings of this sheet.",
    "this order would cost {found}, above the {expected} allowed for one (`--max-order`). Lower the quantity, or raise the cap.": "this order would cost {found}, above the {expected} allowed for one. Lower the quantity, or raise the cap in the settings of this sheet.",
    "the same was ordered from {sheet}, which looks like this file under another name: campaign {campaign}, run {run}, {sent_at}. Nothing is ordered twice; to order all of it again, add `--allow-duplicates`.": "the same was ordered from {sheet}, which looks like this file under another name: campaign {campaign}, {sent_at}. Nothing is ordered twice; to order all of it again, allow it in the settings of this sheet.",
    "the order {order_id} (campaign {campaign}) for the same service and link is still open, as far as is known. Some panels refuse a second one, or count both as one; with `--one-per-link` this row waits until the other is done.": "the order {order_id} (campaign {campaign}) for the same service and link is still open, as far as is known. Some panels refuse a second one, or count both as one; the settings of this sheet can let the row wait until the other is done.",
    "an order for the same service and link (campaign {campaign}) is in doubt. If it was placed, both run at once; with `--one-per-link` this row waits until that is settled.": "an order for the same service and link (campaign {campaign}) is in doubt. If it was placed, both run at once; the settings of this sheet can let the row wait until that is settled.",
    "row {first} orders the same service for the same link. Some panels refuse the second one, or count both as one; with `--one-per-link` this row waits until the other is done.": "row {first} orders the same service for the same link. Some panels refuse the second one, or count both as one; the settings of this sheet can let the row wait until the other is done.",
    "this row was sent with {sent}, and now has {found}; its order {order_id} stands ({paid}). Put it back, or order it besides with `--allow-changed`, which costs {cost} more.": "this row was sent with {sent}, and now has {found}; its order {order_id} stands ({paid}). Put it back, or allow changed rows in the settings of this sheet, which costs {cost} more.",
    "this row was sent with {sent}, and now has {found}; whether its order ({paid}) was placed is in doubt. Put it back, or order it besides with `--allow-changed`.": "this row was sent with {sent}, and now has {found}; whether its order ({paid}) was placed is in doubt. Put it back, or allow changed rows in the settings of this sheet.",
    "this row was sent with {sent}, and now has {found}; its order {order_id} stands ({paid}). Put it back, or order it besides with `--allow-changed`.": "this row was sent with {sent}, and now has {found}; its order {order_id} stands ({paid}). Put it back, or allow changed rows in the settings of this sheet.",
    "there is no panel {found} in the settings; there are {known}. Correct the name, or add `[panels.{found}]` to bulkorders.toml.": "there is no panel {found} in the settings; there are {known}. Correct the name.",
    "the order {order_id} has been open for {age}; orders for service {service} usually take {usual} ({told}). Ask the panel about it, or ask for a cancel with `bulkorders cancel --order {order_id}`.": "the order {order_id} has been open for {age}; orders for service {service} usually take {usual} ({told}). Ask the panel about it, or ask for a cancel on the page Open orders.",
    "the order {order_id} has been open for {age}, longer than {allowed} (`slow_after`). Ask the panel about it, or ask for a cancel with `bulkorders cancel --order {order_id}`.": "the order {order_id} has been open for {age}, longer than {allowed}. Ask the panel about it, or ask for a cancel on the page Open orders.",
    "Orders above the cap on one order: lower the quantity, or raise `--max-order`": "Orders above the cap on one order: lower the quantity, or raise the cap",
    "Orders on the same link still open: sent, or `--one-per-link`": "Orders on the same link still open: sent all the same",
    "Rows for the same service and link: sent, or `--one-per-link`": "Rows for the same service and link: sent all the same",
    "Changed after it was sent: put it back, or use `--allow-changed`": "Changed after it was sent: put it back, or allow changed rows",
    "By the balance: its money is gone, so it was placed, and its id is not known. Look it up and type --placed KEY=ID.": "By the balance: its money is gone, so it was placed, and its id is not known. Look it up, and give it here.",
    "the balance was not read when nothing was under way, before the sending and after it; run this again in a quarter of an hour": "the balance was not read when nothing was under way, before the sending and after it; look again in a quarter of an hour",
    "too little time has passed since the last sending; run this again after {until}": "too little time has passed since the last sending; look again after {until}",
    "--not-placed and --not-taken need a reason, which stays in the journal.": "Say how you know; it stays in the record.",
    "--placed takes KEY=ID, found {found}.": "The order id is missing.",
    "Write it like --placed 3f9c0d21=99999. Nothing was changed.": "Write the id that the panel shows. Nothing was changed.",
    'Add --reason, such as --reason "not in the panel\'s order list". Nothing was changed.': "Such as: not in the panel's order list. Nothing was changed.",
    "{matching} of the {known} orders in doubt have a key that begins with {key}.": "This order is not in doubt any more.",
    "`bulkorders resolve` lists them with their keys. Nothing was changed.": "The list shows what still is. Nothing was changed.",
    "{matching} of the {known} refills and cancels in doubt have an id that begins with {id}.": "This refill or cancel is not in doubt any more.",
    "`bulkorders resolve` lists them with their ids. Nothing was changed.": "The list shows what still is. Nothing was changed.",
    "… and {n} more; --json lists all.": "… and {n} more.",
    "Order {order_id}: whether the {kind} asked for at {asked_at} was taken is in doubt, so it is not asked for again. bulkorders resolve shows it ({id}).": "Order {order_id}: whether the {kind} asked for at {asked_at} was taken is in doubt, so it is not asked for again. The page In doubt shows it.",
    "Sent, and no answer came ({said}). It may have been placed.": "Sent, and no answer came. It may have been placed.",
    "Sent, and the answer was cut short ({said}). It may have been placed.": "Sent, and the answer was cut short. It may have been placed.",
    "Another run holds the journal {path}: {holder}, since {since}.": "Another run is under way since {since}.",
    "Wait until it ends, and run the command again. Nothing was sent.": "Wait until it ends, and try again. Nothing was sent.",
}
"""By the sentence that names a command or its options: what is said on the page instead."""
