"""Other pages and other names of this machine can't use the page, in the very browser that may."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


@pytest.fixture
def stranger():
    """Give the address of another page on this machine, which sends a form to wherever its query says."""

    class Stranger(BaseHTTPRequestHandler):
        def do_GET(self):
            target = self.path.partition("?")[2]
            text = f'<form method="post" action="{target}"><button>Win</button></form>'.encode()
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_):
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Stranger) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_a_form_of_another_page_changes_nothing(page, door, stranger):
    """A form that another page sends is refused, though the browser was let in."""
    page.goto(f"{stranger}/?{door.base}/orders/refresh")
    with page.expect_response(lambda found: found.url.endswith("/orders/refresh")) as answer:
        page.get_by_role("button", name="Win").click()
    assert answer.value.status == 403
    assert door.desk.sandbox.shop.stats.requests["status"] == 0


def test_another_page_can_not_read_this_one(page, door, stranger, complaints):
    """A script of another page gets nothing of ours, though the browser was let in."""
    page.goto(f"{stranger}/?x")
    read = page.evaluate(
        "base => fetch(base + '/history', {credentials: 'include'}).then(r => r.text()).catch(() => 'kept')",
        door.base,
    )
    assert read == "kept"
    complaints.clear()


def test_a_name_that_leads_here_is_not_enough(page, door, complaints):
    """A foreign name that was made to lead to this machine is refused: its pages would be of the same origin."""
    answer = page.goto(door.base.replace("127.0.0.1", "page.hostile.test") + "/history")
    assert answer is not None
    assert answer.status == 421
    complaints.clear()


def test_nothing_is_shown_to_a_browser_that_was_not_let_in(chromium, door):
    """Without the address of this launch every page leads to the way in, and says how to get there."""
    with chromium.new_context() as context:
        page = context.new_page()
        for path in ("/", "/history", "/orders", "/doubts"):
            page.goto(door.base + path)
            assert page.url == door.base + "/login"
