"""The peer for posting: orders over bare asyncio streams, a fresh connection each, and nothing kept of them.

    python raw_client.py URL COUNT AT_ONCE

No journal, no checks, no results: what this machine and this panel allow at all.
"""

import asyncio
import sys
from urllib.parse import urlencode, urlsplit


async def order(host: str, port: int, path: str, number: int) -> None:
    """Place one order, and read its answer to the end."""
    body = urlencode(
        {"key": "k", "action": "add", "service": 1, "link": f"https://example.com/{number}", "quantity": 500}
    )
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(
        f"POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
    )
    answer = await reader.read()
    writer.close()
    if b'"order"' not in answer:
        raise SystemExit(f"no order: {answer!r}")


async def main(url: str, count: int, at_once: int) -> None:
    """Keep so many orders in flight until all are placed."""
    parts = urlsplit(url)
    left = iter(range(count))

    async def work() -> None:
        for number in left:
            await order(parts.hostname or "", parts.port or 80, parts.path, number)

    await asyncio.gather(*(work() for _ in range(at_once)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
