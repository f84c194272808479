"""What the README lets run as services: the compose file and the unit, taken from its text, and run by hand."""

import configparser
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.timeout(300)

README = Path(__file__).parents[2] / "README.md"
THERE = "bulkorders:env:DB_PASSWORD@db/bulkorders"
TOML = '[panels.shop]\nurl = "{url}"\nkey = "env:SHOP_KEY"\n'


def block(kind, beginning):
    """Return the one block of the README of this kind that begins so."""
    (found,) = (
        each
        for each in re.findall(rf"```{kind}\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
        if each.startswith(beginning)
    )
    return found


@pytest.fixture(scope="module")
def compose():
    """Return the compose file, read."""
    return yaml.safe_load(block("yaml", "services:"))


@pytest.fixture(scope="module")
def unit():
    """Return the unit, by section."""
    found = configparser.RawConfigParser(strict=True)
    found.optionxform = str
    found.read_string(block("ini", "[Unit]"))
    return found


@pytest.fixture
def service(desk, database, cluster):
    """Return what runs a command as a service does: in an empty folder, its settings in its home."""
    running = []

    def start(command, environment):
        home, folder = desk.folder / "home", desk.folder / "empty"
        home.mkdir()
        folder.mkdir()
        (home / "bulkorders.toml").write_text(TOML.format(url=desk.sandbox.url), "utf-8")
        (home / "bulkorders.toml").chmod(0o444)
        name = re.sub(r".*/", "", database)
        here = f"clerk:env:DB_PASSWORD@127.0.0.1:{cluster.port}/{name}"
        told = {
            **environment,
            "BULKORDERS_HOME": str(home),
            "BULKORDERS_JOURNAL": environment["BULKORDERS_JOURNAL"].replace(THERE, here),
            "DB_PASSWORD": cluster.secret,
            "SHOP_KEY": desk.sandbox.key,
            "PATH": os.environ["PATH"],
        }
        with (desk.folder / "log").open("w", encoding="utf-8") as log:
            running.append(subprocess.Popen(command, cwd=folder, env=told, stdout=log, stderr=log))
        desk.changes = {"BULKORDERS_JOURNAL": database}
        desk.hidden = ("BULKORDERS_PANEL_URL", "BULKORDERS_PANEL_KEY")
        return running[-1]

    yield start
    for process in running:
        process.kill()
        process.wait()


def placed_and_drained(desk, process):
    """See a service place an order that somebody queues, and end well when it is told to."""
    log, end = desk.folder / "log", time.monotonic() + 60
    while "is ready" not in log.read_text("utf-8"):
        assert process.poll() is None, log.read_text("utf-8")
        assert time.monotonic() < end, log.read_text("utf-8")
        time.sleep(0.1)
    desk.sheet([("1", "https://example.com/a", 500)])
    done = desk.run("submit", "campaign.csv", "--queue", "--wait", "--yes", "--json")
    assert (done.code, done.states()) == (0, ["placed"]), done.out + done.err
    desk.sandbox.latency = "1500ms"
    desk.sheet([("1", "https://example.com/b", 500)], "other.csv")
    assert desk.run("submit", "other.csv", "--queue", "--yes").code == 0
    end = time.monotonic() + 30
    while len(desk.sandbox.shop.requests) < 2 and time.monotonic() < end:
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 0, log.read_text("utf-8")
    assert len(desk.sold()) == 2
    assert desk.run("resolve", "--json").json["in_doubt"] == []


def test_the_compose_file_holds_together(compose):
    """Each volume, secret and service that it names is there, and every variable it takes must be set."""
    db, worker = compose["services"]["db"], compose["services"]["worker"]
    assert db["environment"]["POSTGRES_PASSWORD_FILE"] == f"/run/secrets/{db['secrets'][0]}"
    assert set(db["secrets"]) == set(compose["secrets"])
    assert compose["secrets"]["db"]["environment"] in worker["environment"]
    named = [each.partition(":")[0] for each in (*db["volumes"], *worker["volumes"])]
    assert {each for each in named if not each.startswith(".")} == set(compose["volumes"])
    assert set(worker["depends_on"]) == {"db"}
    assert worker["depends_on"]["db"]["condition"] == "service_healthy"
    assert "healthcheck" in db
    taken = re.findall(r"\$\{(\w+)([^}]*)\}", block("yaml", "services:"))
    assert {name for name, _ in taken} == {"DB_PASSWORD", "SHOP_KEY"}
    assert {how for _, how in taken} == {":?"}


def test_settings_of_the_container_are_where_they_are_looked_for(compose):
    """bulkorders.toml is mounted, only to be read, into the home folder, which is a volume of the worker's own."""
    worker = compose["services"]["worker"]
    home = worker["environment"]["BULKORDERS_HOME"]
    mounts = [each.split(":") for each in worker["volumes"]]
    assert ["./bulkorders.toml", f"{home}/bulkorders.toml", "ro"] in mounts
    assert ["spool", home] in mounts


def test_the_containers_command_places_an_order(compose, service, desk):
    """What the container runs, in its environment with a server of the tests' own for `db`, places and drains."""
    worker = compose["services"]["worker"]
    shell, option, script = shlex.split(worker["command"])
    assert (shell, option) == ("sh", "-c")
    install, _, command = script.partition(" && ")
    assert install == "pip install -q 'bulkorders[cluster]'"
    command = command.replace("bulkorders", f"{shlex.quote(sys.executable)} -m bulkorders", 1)
    command = command.replace("0.0.0.0:9464", "127.0.0.1:0")
    placed_and_drained(desk, service([shell, option, command], dict(worker["environment"])))


def test_systemd_takes_the_unit(tmp_path, unit):
    """`systemd-analyze verify` finds nothing wrong with it but that the program is not installed there."""
    verify = shutil.which("systemd-analyze")
    if verify is None:
        pytest.skip("the unit isn't verified: systemd-analyze is not installed (Debian: systemd)")
    path = tmp_path / "bulkorders-worker@.service"
    text = block("ini", "[Unit]").replace("/opt/bulkorders/bin/bulkorders", sys.executable)
    path.write_text(text, "utf-8")
    done = subprocess.run([verify, "verify", str(path)], capture_output=True, text=True, check=False)
    said = [line for line in done.stderr.splitlines() if "bulkorders-worker" in line]
    assert said == [], said
    assert unit["Service"]["KillSignal"] == "SIGTERM"


def test_the_units_command_places_an_order(unit, service, desk):
    """What the unit starts, in its environment, places and drains; it is waited for longer than any answer."""
    told = unit["Service"]
    program, *words = shlex.split(told["ExecStart"])
    assert program.endswith("/bulkorders")
    name, _, home = told["Environment"].partition("=")
    assert (name, home) == ("BULKORDERS_HOME", told["WorkingDirectory"])
    assert home == f"/var/lib/{told['StateDirectory']}"
    assert int(told["TimeoutStopSec"]) > 10 + 30 + 2 * 60
    environment = {"BULKORDERS_JOURNAL": f"postgresql://{THERE}"}
    placed_and_drained(desk, service([sys.executable, "-m", "bulkorders", *words], environment))
