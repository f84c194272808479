"""The figures that a worker serves, as text."""

from bulkorders.cluster.metrics import text
from bulkorders.cluster.status import Status, WorkerStatus


def test_a_counter_keeps_every_digit():
    """Beyond a million orders each one still counts, and a fraction is not rounded."""
    worker = WorkerStatus(
        *(1, "m", 2, "w", "1", "r", ["a"], 2, None),  # type: ignore[arg-type] - when it began is not served
        in_flight=0,
        placed=12_345_678,
        rejected=0,
        in_doubt=0,
        not_sent=0,
        clock_off=-0.000989123,
        silent=1.5,
        working=True,
    )
    told = text(Status((), (worker,), (), {}))
    assert 'bulkorders_worker_orders_total{worker="1",machine="m",outcome="placed"} 12345678' in told
    assert "} -0.000989123" in told
