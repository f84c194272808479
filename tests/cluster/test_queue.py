"""Orders queued on one machine, placed by workers of another."""


def test_a_clerk_without_a_key_queues_and_a_worker_places(team):
    """Who only submits sheets needs no key: a worker places the orders, and the clerk sees them placed."""
    team.start()
    team.desk.sheet([("1", f"https://example.com/post/{number}", 200 + number) for number in range(30)])
    done = team.desk.run("submit", "campaign.csv", "--queue", "--wait", "--yes", "--json")
    assert done.code == 0, done.out + done.err
    assert done.states() == ["placed"] * 30
    assert len(team.desk.sold()) == 30
    assert all(order["charge"] is not None for order in done.json["orders"])
