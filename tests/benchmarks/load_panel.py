"""The load's panel: a process of its own that answers after some time, at a fraction of a client's cost.

    python load_panel.py --latency 0.1 --services 5000
    python load_panel.py --latency 0.3-0.7

It prints its port, and then serves until it is ended. `action=figures` tells how many orders it took, when
the first arrived and when the last was answered, by its own clock; `action=reset` begins anew; `action=become`
gives all orders another `status`, and statuses a `latency` of their own.
"""

import argparse
import asyncio
import json
import random
import time
from urllib.parse import parse_qsl

HEAD = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: %s\r\n\r\n"


class Shop:
    """What the panel sells, and what it has sold: ids are numbers that go up."""

    def __init__(self, latency: tuple[float, float], services: int) -> None:
        self.latency = latency
        self.draw = random.Random(1)  # noqa: S311 - the same waits in every run
        self.status_latency = 0.0
        self.told = {**DELIVERED, "status": "In progress"}
        self.catalogue = json.dumps([service(number) for number in range(1, services + 1)]).encode()
        self.reset()

    def reset(self) -> bytes:
        """Forget what was sold."""
        self.sold, self.first, self.last = 0, 0.0, 0.0
        self.calls: list[float] = []
        self.asked = 0
        self.at_once = self.most_at_once = 0
        return b"{}"

    def become(self, form: dict[str, str]) -> bytes:
        """Tell another status of every order from now on, and take so long over it."""
        self.told["status"] = form.get("status", self.told["status"])
        self.status_latency = float(form.get("latency", self.status_latency))
        return b"{}"

    def figures(self) -> bytes:
        """Tell what was sold, and in how long: seconds from the first order's arrival to the last answer."""
        return json.dumps(
            {
                "sold": self.sold,
                "seconds": self.last - self.first,
                "status_calls": len(self.calls),
                "orders_asked": self.asked,
                "status_seconds": self.calls[-1] - self.calls[0] if self.calls else 0,
                "most_at_once": self.most_at_once,
            }
        ).encode()

    def answer(self, form: dict[str, str]) -> bytes:
        """Return the answer to any request but an order."""
        match form.get("action"):
            case "services":
                return self.catalogue
            case "balance":
                left = 900_000_000 - self.sold * 0.5
                return b'{"balance":"%.1f","currency":"USD"}' % left
            case "status":
                self.calls.append(time.perf_counter())
                ids = form.get("orders", form.get("order", "")).split(",")
                self.asked += len(ids)
                return json.dumps(dict.fromkeys(ids, self.told)).encode()
        return self.managed(form)

    def managed(self, form: dict[str, str]) -> bytes:
        """Return the answer to whoever runs this panel."""
        match form.get("action"):
            case "figures":
                return self.figures()
            case "reset":
                return self.reset()
            case "become":
                return self.become(form)
        return b'{"error":"Incorrect request"}'


DELIVERED = {"charge": "0.5", "start_count": "7", "remains": "12", "currency": "USD"}


def service(number: int) -> dict[str, object]:
    """Return one service of the catalogue, as the documentation writes it."""
    return {
        "service": number,
        "name": f"Followers of kind {number}",
        "type": "Default",
        "category": f"Category {number % 40}",
        "rate": "1.0",
        "min": "10",
        "max": "100000",
        "refill": number % 2 == 0,
    }


class Connection(asyncio.Protocol):
    """One connection: requests read one after the other, each answered after the latency."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.waiting = b""
        self.loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep where answers go."""
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Take whole requests out of what came."""
        self.waiting += data
        while b"\r\n\r\n" in self.waiting:
            head, rest = self.waiting.split(b"\r\n\r\n", 1)
            lowered = head.lower()
            length = (
                int(lowered.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
                if b"content-length:" in lowered
                else 0
            )
            if len(rest) < length:
                return
            self.waiting = rest[length:]
            self.take(dict(parse_qsl(rest[:length].decode())), keep=b"connection: close" not in lowered)

    def take(self, form: dict[str, str], *, keep: bool) -> None:
        """Answer one request, an order or a status after its latency."""
        shop, action = self.shop, form.get("action")
        if action == "status" and shop.status_latency:
            self.loop.call_later(shop.status_latency, self.send, shop.answer(form), keep)
            return
        if action != "add":
            self.send(shop.answer(form), keep)
            return
        shop.first = shop.first or time.perf_counter()
        shop.at_once += 1
        shop.most_at_once = max(shop.most_at_once, shop.at_once)
        self.loop.call_later(shop.draw.uniform(*shop.latency), self.sell, keep)

    def sell(self, keep: bool) -> None:
        """Answer an order with its id."""
        self.shop.sold += 1
        self.shop.at_once -= 1
        self.shop.last = time.perf_counter()
        self.send(b'{"order":%d}' % self.shop.sold, keep)

    def send(self, body: bytes, keep: bool) -> None:
        """Send an answer, and end the connection where that was asked for."""
        head = HEAD % (len(body), "keep-alive" if keep else "close")
        self.transport.write(head.encode() + body)
        if not keep:
            self.transport.close()


def seconds(told: str) -> tuple[float, float]:
    """Return `0.1` or `0.3-0.7` as the ends of a range."""
    low, _, high = told.partition("-")
    return float(low), float(high or low)


async def main() -> None:
    """Serve until the process is ended."""
    asked = argparse.ArgumentParser()
    asked.add_argument(
        "--latency",
        type=seconds,
        default=(0.1, 0.1),
        metavar="N|N-N",
        help="seconds before an order is answered, or a range of them (0.1)",
    )
    asked.add_argument("--services", type=int, default=5000)
    given = asked.parse_args()
    shop = Shop(given.latency, given.services)
    server = await asyncio.get_running_loop().create_server(
        lambda: Connection(shop), "127.0.0.1", 0, backlog=4096
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
