"""What is said of several machines that share a journal: workers, the queue, paused panels: (what is, what to do)."""

CLUSTER_ERRORS: dict[str, tuple[str, str]] = {
    "cluster.needs_postgres": (
        "Workers and the queue need a journal on PostgreSQL, and this one is {path}.",
        "Set BULKORDERS_JOURNAL to postgresql://USER@HOST/DATABASE; `bulkorders journal copy` moves a journal there. Nothing was sent.",
    ),
    "cluster.missing": (
        "The queue for several machines isn't installed here.",
        "Run `pip install bulkorders[cluster]`.",
    ),
    "cluster.engine_version": (
        "The queue in the database {path} is of version {found}, and this program knows {known}.",
        "Stop all workers, bring every machine to the same version of bulkorders, and start them again. Nothing was sent.",
    ),
    "cluster.lost_after": (
        "`lost_after` of [cluster] is {found} seconds, and an answer of panel {panel} may still come after that: at least {needed} are needed.",
        "Raise it, or lower the panel's `add_timeout`; the same on every machine. Nothing was sent.",
    ),
    "cluster.no_worker": (
        "No worker has told yet what a panel sells, and this machine holds no key.",
        "Start `bulkorders worker` on a machine that holds the key, and run the command again. Nothing was queued.",
    ),
    "cluster.which_panel": (
        "Workers told of several panels: {known}.",
        "Say which is meant with --panel NAME, or in the sheet's column Panel. Nothing was queued.",
    ),
    "cluster.unknown_panel": (
        "No worker told of a panel {name}; there is {known}.",
        "Correct the name, or start a worker with that panel. Nothing was queued.",
    ),
    "cluster.card_old": (
        "What is known of {account} was read {age} minutes ago, and orders are checked against nothing older than {limit} minutes.",
        "See with `bulkorders status` whether a worker of that panel runs, and start one. Nothing was queued.",
    ),
    "cluster.no_key": (
        "The panel of {account} can't be asked from here: only workers hold its key.",
        "Start a worker, or run the command on a machine that holds the key.",
    ),
    "cluster.no_canary": (
        "A canary goes ahead of a run by itself, and is not for the queue.",
        "Run `submit --canary` without --queue, or leave it out. Nothing was queued.",
    ),
    "run.stopped.paused": (
        "The panel is paused on all machines: {said}",
        "`bulkorders status` says why; `bulkorders panels resume NAME` lets it go on.",
    ),
    "run.stopped.frozen": (
        "This worker gave no sign of life for too long, and others go on with its orders: {said}",
        "Nothing needs to be done.",
    ),
    "cluster.left": (
        "You stopped waiting: the orders stay in the queue, and the workers go on with them.",
        "`bulkorders status` shows how far they are; run the same command again for the results, or `bulkorders panels pause NAME` to stop them.",
    ),
    "cluster.panel_name": (
        "No worker has told of a panel {name}; there is {known}.",
        "Correct the name, or start a worker with that panel first.",
    ),
    "cluster.port": (
        "The metrics can't be served at {address}: {reason}.",
        "Name another HOST:PORT. Nothing was sent.",
    ),
}

CLUSTER_NOTES: dict[str, str] = {
    "cluster.working": "Worker {number} is ready, for {panels}. Ctrl-C lets what is in flight come to its end.",
    "cluster.metrics": "Serving metrics at {address}.",
    "cluster.stopping": "Stopping: waiting for {count} answers. Once more Ctrl-C gives them up, and puts these orders in doubt.",
    "cluster.queued": "{count} orders are queued. Workers place them; `bulkorders status` shows how far they are.",
    "cluster.own_pace": "This machine places these orders itself, at a pace of its own: the workers' limits and pauses don't hold it. With --queue they place them.",
    "cluster.nobody_asks": "No worker runs for {account}: its orders stand as the journal has them. Start `bulkorders worker` on a machine that holds the key.",
    "cluster.not_refreshed": "No worker has come to the open orders of {account} within {seconds} seconds; they stand as the journal has them. `bulkorders status` says who works.",
    "cluster.asks_queued": "{count} orders are queued for a {kind}. Workers ask the panel; `bulkorders show ORDER` tells what it said.",
    "cluster.card_fresh": "What {account} sells and holds was read {age} seconds ago by {machine}.",
    "cluster.card_age": "What {account} sells and holds was read {age} seconds ago by {machine}; no worker has answered since.",
    "cluster.is_paused": "{account} is paused ({code}): {said} Its orders wait; `bulkorders status` says more.",
    "cluster.catalogue_old": "the catalogue of {account} could not be read for too long",
    "cluster.clock_off": "The clock of this machine is {seconds} seconds off the database's. Orders don't mind, but times of day do: set it right.",
    "cluster.restored": "the journal was restored from a backup, so orders it holds ready may have been sent",
    "cluster.chunks_held": "The journal was restored: {count} groups of queued orders are held until they are reviewed again with `bulkorders submit --queue`.",
    "cluster.paused": "{account} is paused on all machines. `bulkorders panels resume {name}` lets them go on.",
    "cluster.resumed": "{account} goes on, on all machines.",
    "cluster.nobody": "  No worker runs. Start `bulkorders worker` on a machine that holds the keys.",
    "status.panel": "{name} ({account})",
    "status.open": "open",
    "status.paused": "PAUSED ({code}) by {by} since {since}: {said}",
    "status.probe": "It is asked again in {seconds} seconds, and goes on by itself once it is well.",
    "status.resume": "`bulkorders panels resume {name}` lets it go on.",
    "status.held": "It asked to be left alone for {seconds} seconds.",
    "status.queue": "{ready} orders ready in {chunks} chunks, the oldest for {age}; {sending} being sent; {per_second} a second.",
    "status.queue_empty": "No order is queued; {sending} being sent; {per_second} a second.",
    "status.doubts": "{count} orders in doubt: `bulkorders resolve` shows what is known of them.",
    "status.slots": "{taken} of {slots} slots taken.",
    "status.card": "Catalogue and balance ({balance}) read {age} ago by {by}.",
    "status.worker": "{id}  {machine}, process {pid}, {who}",
    "status.worker_does": "{in_flight} in flight; {placed} placed, {rejected} rejected, {in_doubt} in doubt since {since}; {lanes} lanes; last sign of life {silent} seconds ago.",
    "status.gone": "GIVES NO SIGN OF LIFE. Its orders go on elsewhere; what it was sending comes in doubt.",
    "status.clock_off": "Its clock is {seconds} seconds off the database's.",
    "status.to_review": "{campaign}: {count} orders ({account})",
    "status.review_again": "{said}. Review and queue them again: `bulkorders submit SHEET --queue`.",
    "cluster.not_paused": "{account} was not paused.",
}
