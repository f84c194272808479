"""What stands before the page, tried over a real socket: hosts, sessions, origins, marks, sizes, passwords."""

import http.client
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from visitor import Visitor

from bulkorders.web import passwords
from bulkorders.web.keeping import fit_name

EVERYWHERE = "0.0.0.0"  # noqa: S104 - nothing is ever served there: that is what is tried
CSV = b"Service,Link,Quantity\n1,https://example.com/a,500\n"


def asked(page, method, path, body=b"", **headers):
    """Ask as any program on the machine can; return the status and the body."""
    parts = urlsplit(page.address)
    connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=30)
    try:
        connection.putrequest(method, path, skip_host=True)
        for name, value in ({"host": parts.netloc} | headers).items():
            connection.putheader(name.replace("_", "-"), value)
        if body:
            connection.putheader("content-length", str(len(body)))
        connection.endheaders(body or None)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), dict(answer.getheaders())
    finally:
        connection.close()


def cookie_of(visitor):
    """Return the cookie of a visitor as a header."""
    return "; ".join(f"{name}={value}" for name, value in visitor.client.cookies.items())


def test_the_page_lets_in_only_what_comes_to_it_by_its_name_with_its_session(page):
    """Hostile hosts, origins, forms and sessions are refused, each before anything of the page is read."""
    visitor = page.visitor()
    cookie, own = cookie_of(visitor), visitor.base
    port = urlsplit(own).port
    for host in (
        "evil.example",
        f"evil.example:{port}",
        "127.0.0.1",
        f"127.0.0.1:{port + 1}",
        "localhost",
        "",
    ):
        status, body, _ = asked(page, "GET", "/", host=host, cookie=cookie)
        assert (status, "campaign" in body) == (421, False), host
    assert asked(page, "GET", "/", host=f"localhost:{port}", cookie=cookie)[0] == 200
    form = {"content_type": "application/x-www-form-urlencoded", "cookie": cookie}
    mark = visitor.hidden("/sheets")["csrf"]
    body = f"csrf={mark}".encode()
    for origin in ("http://evil.example", "null", f"http://127.0.0.1:{port + 1}", f"{own}.evil.example", ""):
        assert asked(page, "POST", "/logout", body, origin=origin, **form)[0] == 403, origin
    assert asked(page, "POST", "/logout", body, **form)[0] == 403
    for wrong in (b"csrf=", b"", b"csrf=" + mark.encode()[:-1], b"other=1"):
        assert asked(page, "POST", "/logout", wrong, origin=own, **form)[0] == 403, wrong
    assert asked(page, "POST", "/logout", body, origin=own, content_type=form["content_type"])[0] == 401
    for method in ("PUT", "DELETE", "OPTIONS", "PATCH"):
        assert asked(page, method, "/", cookie=cookie)[0] == 405
    for path in ("/", "/history", "/doubts", "/balance", "/jobs/x/events", "/runs/x/results.xlsx"):
        status, _, headers = asked(page, "GET", path)
        assert (status, headers.get("location")) == (303, "/login"), path
    assert asked(page, "GET", "/enter?token=guessed")[2]["location"] == "/login"
    assert asked(page, "POST", "/logout", body, origin=own, **form)[0] == 303
    assert asked(page, "GET", "/", cookie=cookie)[0] == 303


def test_every_answer_tells_the_browser_what_it_may_do(page):
    """No script but our own, no frame, no sniffing, no cache; the cookie is strict and no script's."""
    visitor = Visitor(page.address)
    cookie = visitor.page.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    for path in ("/", "/doubts", "/nowhere", "/login"):
        headers = visitor.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'self'")
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["cache-control"] == "no-store"
        assert "access-control-allow-origin" not in headers
        assert "<script>" not in visitor.page.text
        assert " style=" not in visitor.page.text
        assert " onclick" not in visitor.page.text
    visitor.close()


def test_an_upload_is_taken_with_the_form_s_mark_alone(page):
    """A file without the mark of the session is refused, and kept nowhere."""
    visitor = page.visitor()
    for data in ({}, {"csrf": "x"}):
        answer = visitor.client.post(
            "/sheets", data=data, files={"file": ("a.csv", CSV)}, headers={"origin": visitor.base}
        )
        assert answer.status_code == 400
    other = visitor.client.post("/doubts/x", files={"csrf": (None, "x")}, headers={"origin": visitor.base})
    assert other.status_code == 403
    assert not list((page.desk.folder / "home").rglob("*.csv"))


def test_more_than_is_taken_is_cut_off_while_it_comes(page):
    """An upload above the limit ends with a page that says so, and leaves nothing behind."""
    visitor = page.visitor()
    answer = visitor.client.post(
        "/sheets",
        data=visitor.hidden("/sheets"),
        files={"file": ("large.csv", b"x" * 101_000_000)},
        headers={"origin": visitor.base},
    )
    assert answer.status_code == 413
    assert "larger than the 100 MB" in answer.text
    assert not [
        path
        for path in (page.desk.folder / "home").rglob("*")
        if path.is_file() and path.stat().st_size > 1e6
    ]


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/passwd.csv",
        "..\\..\\boot.csv",
        "/abs/olute.csv",
        "a\x00b\u202egpj.csv",
        "CON.csv",
        "given.json",
    ],
)
def test_a_name_never_leads_out_of_the_folder(page, name):
    """Whatever a browser calls a file, it is kept in its own folder under a harmless name."""
    visitor = page.visitor()
    visitor.upload(name, CSV)
    home = page.desk.folder / "home" / "sheets"
    kept = [path for path in home.rglob("*") if path.is_file() and path.read_bytes() == CSV]
    assert len(kept) == 1
    assert kept[0].parent.parent == home
    assert not set(kept[0].name) & set('/\\\x00\u202e<>:"|?*')
    assert kept[0].name not in ("CON.csv", "given.json")


@given(st.text(max_size=300) | st.text(alphabet="ab.~$ /\\:\x00\u202eđ_-CONnul1", max_size=20))
def test_a_fitting_name_is_left_as_it_is(name):
    """Whatever a file is called, its fitting name fits again, is short enough, and can be a file's on any system."""
    fit = fit_name(name)
    assert fit_name(fit) == fit
    assert 0 < len(fit.encode()) <= 170
    assert fit not in (".", "..", "given.json")
    assert not set(fit) & set('/\\\x00<>:"|?*')


def test_a_long_name_of_other_letters_is_kept_and_placed(page):
    """A name of two hundred Vietnamese letters goes through upload, run and download."""
    visitor = page.visitor()
    visitor.upload("đơn hàng tháng mười một " * 9 + ".csv", CSV)
    visitor.send(f"{visitor.path}/submit")
    visitor.settled()
    visitor.send(f"{visitor.path}/answer", {"answer": "yes", "total-0": "1.25"})
    visitor.settled()
    assert visitor.client.get(f"{visitor.path}/results.xlsx").status_code == 200


def test_what_a_sheet_says_is_shown_and_never_obeyed(page):
    """Markup in cells and file names is text on the page."""
    visitor = page.visitor()
    evil = "<script>alert(1)</script>"
    visitor.upload(
        'x"><img src=x onerror=alert(1)>.csv', f"Service,Link,Quantity\n{evil},{evil},5\n".encode()
    )
    assert evil not in visitor.page.text
    assert "&lt;script&gt;" in visitor.page.text
    assert "<img src=x" not in visitor.page.text


def test_the_key_is_on_no_page(page):
    """Every page that speaks of the panel does so without the API key."""
    visitor = page.visitor()
    visitor.upload("a.csv", CSV)
    shown = [visitor.page.text]
    shown += [visitor.get(path).text for path in ("/", "/balance", "/services", "/exports", "/history")]
    assert not [text for text in shown if page.desk.sandbox.key in text]


def test_nobody_else_is_served_without_a_password(desk):
    """An address others can reach needs a password file, and one for all addresses the names it answers to."""
    for arguments in (["--host", EVERYWHERE], ["--host", EVERYWHERE, "--password-file", "none.txt"]):
        ended = desk.run("web", "--no-browser", "--port", "0", *arguments)
        assert ended.code == 2
        assert "Traceback" not in ended.err
    passwords.keep(desk.folder / "who.txt", "minh", "a long password")
    ended = desk.run("web", "--no-browser", "--port", "0", "--host", EVERYWHERE, "--password-file", "who.txt")
    assert ended.code == 2
    assert "--allow-host" in ended.err


def test_with_passwords_one_logs_in_and_runs_say_who(serve, desk):
    """The right name and password open the page, wrong ones do not; history names who ordered."""
    passwords.keep(desk.folder / "who.txt", "minh", "a long password")
    assert "a long password" not in (desk.folder / "who.txt").read_text()
    page = serve("--password-file", "who.txt")
    visitor = page.visitor(page.address)
    assert visitor.path == "/login"
    for name, password in (("minh", "wrong"), ("nobody", "a long password"), ("", "")):
        visitor.send("/login", {"name": name, "password": password})
        assert visitor.page.status_code == 401
    visitor.send("/login", {"name": "minh", "password": "a long password"})
    assert visitor.path == "/"
    visitor.upload("a.csv", CSV)
    visitor.send(f"{visitor.path}/submit")
    visitor.settled()
    visitor.send(f"{visitor.path}/answer", {"answer": "yes", "total-0": "1.25"})
    visitor.settled()
    assert visitor.path.startswith("/runs/"), visitor.text
    runs = desk.run("history", "--json").json["history"]
    assert [run["who"] for run in runs if run["command"] == "submit"] == ["minh"]


def test_guessing_a_password_is_closed_after_some_tries(serve, desk):
    """After many wrong passwords nobody is let in for a while, with the right one either."""
    passwords.keep(desk.folder / "who.txt", "minh", "a long password")
    page = serve("--password-file", "who.txt")
    visitor = page.visitor(page.address)
    for _ in range(10):
        visitor.send("/login", {"name": "minh", "password": "guess"})
    visitor.send("/login", {"name": "minh", "password": "a long password"})
    assert visitor.page.status_code == 429
    assert "Too many wrong passwords" in visitor.text


def test_a_password_is_asked_for_and_kept_without_being_seen(desk):
    """--set-password writes a line that is no password, for its owner's eyes alone."""
    ended = desk.run("web", "--set-password", "lan", "--password-file", "who.txt", typed="secret words\n")
    path = desk.folder / "who.txt"
    assert ended.code == 0, ended.err
    assert path.read_text().startswith("lan:scrypt:")
    assert path.stat().st_mode & 0o077 == 0
    assert passwords.Passwords.read(path).right("lan", "secret words")


def test_a_port_that_is_taken_is_said(page, desk):
    """A second server on the same port ends at once with what to do."""
    port = urlsplit(page.address).port
    ended = desk.run("web", "--no-browser", "--port", str(port))
    assert ended.code == 2
    assert "--port" in ended.err
