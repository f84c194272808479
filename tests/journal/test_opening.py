"""From a URL or path to a journal: lock, mark, network drives."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from bulkorders.errors import JournalError, JournalHeld
from bulkorders.journal import disk, opening
from bulkorders.journal.mark import Mark, Reading
from bulkorders.journal.opening import journal_path, open_journal, spool_path
from bulkorders.model.orders import ValidatedOrder

Runs = Callable[[Coroutine[Any, Any, Any]], Any]
Orders = Callable[..., ValidatedOrder]

HOLD = """
    import asyncio, sys
    from bulkorders.journal.opening import open_journal

    async def main(path):
        journal = await open_journal(path, who="submit may.xlsx")
        print("held", flush=True)
        sys.stdin.read()
        await journal.close()

    asyncio.run(main(sys.argv[1]))
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a place for a journal in a folder that isn't there yet."""
    return tmp_path / "data" / "journal.sqlite"


@pytest.fixture
def attempt(run: Runs, order: Orders) -> Callable[..., None]:
    """Open the journal, claim the order of this number, close it."""

    def claim(path: Path, number: int, **how: Any) -> None:
        async def one() -> None:
            journal = await open_journal(path, **how)
            await journal.add([order(number)], "r1")
            assert await journal.claim(order(number).key, f"a{number}", "r1")
            await journal.close()

        run(one())

    return claim


class TestNames:
    """URLs and paths."""

    def test_a_path_and_its_url_are_one_journal(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Three slashes begin a relative path, four an absolute one; links are followed."""
        monkeypatch.chdir(tmp_path)
        (tmp_path / "link").symlink_to(tmp_path)
        expected = tmp_path.resolve() / "j.sqlite"
        urls = [
            expected,
            str(expected),
            "j.sqlite",
            "sqlite:///j.sqlite",
            f"sqlite:///{expected}",
            "link/j.sqlite",
        ]
        assert {journal_path(url) for url in urls} == {expected}
        assert spool_path("j.sqlite") == tmp_path.resolve() / "j.sqlite.spool"

    @pytest.mark.parametrize(
        ("url", "code"),
        [
            ("postgresql://me:secret@127.0.0.1:1/orders", "journal.unreachable"),
            ("postgresql+psycopg://me:secret@127.0.0.1:1/orders", "journal.unreachable"),
            ("postgresql://me:secret@127.0.0.1:secret/orders", "journal.address_wrong"),
            ("mysql://me:secret@example.com/orders", "journal.url_unknown"),
            ("sqlite://", "journal.url_unknown"),
            ("sqlite:///", "journal.url_unknown"),
        ],
    )
    def test_other_urls_are_refused_without_their_password(self, run: Runs, url: str, code: str) -> None:
        """What isn't built in, or can't be reached, says so, and repeats no secret."""
        with pytest.raises(JournalError) as caught:
            run(open_journal(url, read_only=True))
        assert caught.value.code == code
        assert "secret" not in str(caught.value)


class TestLock:
    """One run on one journal."""

    def test_folders_are_made_and_the_lock_is_freed(self, run: Runs, path: Path) -> None:
        """A journal can be opened, closed and opened again."""
        for _ in range(2):
            run(run(open_journal(path)).close())
        assert path.exists()

    def test_a_second_opening_in_this_process_is_refused(self, run: Runs, path: Path) -> None:
        """The lock is not re-entered."""
        journal = run(open_journal(path, who="check"))
        with pytest.raises(JournalHeld):
            run(open_journal(path))
        run(journal.close())

    def test_the_second_process_is_told_who_holds_it(self, run: Runs, path: Path) -> None:
        """What runs, its process, and since when; reading goes on beside it, and kill -9 frees the lock."""
        with subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(HOLD), path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "held\n"
            with pytest.raises(JournalHeld) as caught:
                run(open_journal(path))
            facts = caught.value.facts
            assert caught.value.code == "journal.held"
            assert facts["holder"].startswith(f"submit may.xlsx (process {child.pid} on ")
            assert facts["since"].endswith("+00:00")
            reader = run(open_journal(path, read_only=True))
            assert run(reader.submissions()) == []
            run(reader.close())
            child.send_signal(signal.SIGTERM if os.name == "nt" else signal.SIGKILL)
            child.wait()
            run(run(open_journal(path)).close())

    def test_a_failed_opening_frees_the_lock(self, run: Runs, path: Path) -> None:
        """After a damaged file the lock is not left behind."""
        path.parent.mkdir()
        path.write_text("no journal" * 1000, encoding="utf-8")
        for _ in range(2):
            with pytest.raises(JournalError, match=r"journal\.corrupt"):
                run(open_journal(path))

    def test_a_cancelled_opening_frees_the_lock(self, run: Runs, path: Path) -> None:
        """Ctrl-C while the file is checked leaves nothing open behind it."""

        async def cancel() -> None:
            task = asyncio.create_task(open_journal(path))
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

        threads = set(threading.enumerate())
        run(cancel())
        assert set(threading.enumerate()) <= threads
        run(run(open_journal(path)).close())

    def test_an_unreadable_holder_is_still_a_holder(self, run: Runs, path: Path) -> None:
        """The lock counts, not the note beside it."""
        journal = run(open_journal(path))
        path.with_name("journal.sqlite.holder").write_text("{torn", encoding="utf-8")
        with pytest.raises(JournalHeld):
            run(open_journal(path))
        run(journal.close())


class TestReading:
    """Opened to read."""

    def test_reading_leaves_nothing_behind(self, run: Runs, path: Path) -> None:
        """No file, no folder, no lock."""
        journal = run(open_journal(path, read_only=True))
        assert run(journal.runs()) == []
        run(journal.close())
        assert not path.parent.exists()

    def test_a_journal_behind_its_mark_can_be_read(
        self, run: Runs, path: Path, attempt: Callable[..., None]
    ) -> None:
        """History is history."""
        attempt(path, 1)
        shutil.copy(path, path.with_name("backup"))
        attempt(path, 2)
        shutil.copy(path.with_name("backup"), path)
        journal = run(open_journal(path, read_only=True))
        assert len(run(journal.submissions())) == 1
        run(journal.close())


class TestMark:
    """A journal that forgot attempts must not submit."""

    def test_a_restored_backup_is_refused_until_told(
        self, run: Runs, path: Path, attempt: Callable[..., None]
    ) -> None:
        """One forgotten attempt is enough; a person's word opens it, once for all."""
        attempt(path, 1)
        shutil.copy(path, path.with_name("backup"))
        attempt(path, 2)
        shutil.copy(path.with_name("backup"), path)
        with pytest.raises(JournalError) as caught:
            run(open_journal(path))
        assert caught.value.code == "journal.behind"
        assert (caught.value.facts["expected"], caught.value.facts["found"]) == (2, 1)
        run(run(open_journal(path, accept_rollback=True)).close())
        attempt(path, 2)

    def test_a_new_journal_in_the_place_of_a_lost_one_is_refused(
        self, run: Runs, path: Path, attempt: Callable[..., None]
    ) -> None:
        """A deleted journal forgets everything that was sent."""
        attempt(path, 1)
        path.unlink()
        with pytest.raises(JournalError, match=r"journal\.behind"):
            run(open_journal(path))

    def test_another_journal_in_its_place_is_refused(
        self, run: Runs, path: Path, tmp_path: Path, attempt: Callable[..., None]
    ) -> None:
        """Even one that has seen more attempts: they were others."""
        attempt(path, 1)
        other = tmp_path / "other.sqlite"
        attempt(other, 1)
        attempt(other, 2)
        shutil.copy(other, path)
        with pytest.raises(JournalError, match=r"journal\.behind"):
            run(open_journal(path))

    def test_a_journal_without_its_mark_begins_a_new_one(
        self, path: Path, attempt: Callable[..., None]
    ) -> None:
        """A journal that was copied alone is no reason to stop."""
        attempt(path, 1)
        mark = path.with_name("journal.sqlite.mark")
        mark.unlink()
        attempt(path, 2)
        told = Mark(mark).read()
        assert told is not None
        assert told.attempts == 2

    def test_a_damaged_mark_is_not_believed(
        self, run: Runs, path: Path, attempt: Callable[..., None]
    ) -> None:
        """A number that fails its checksum stops the run; an empty file counts as none."""
        attempt(path, 1)
        mark = path.with_name("journal.sqlite.mark")
        mark.write_text(mark.read_text(encoding="ascii").replace(" ", " 9", 1), encoding="ascii")
        with pytest.raises(JournalError, match=r"journal\.mark_unreadable"):
            run(open_journal(path))
        run(run(open_journal(path, accept_rollback=True)).close())
        run(run(open_journal(path)).close())
        mark.write_text("", encoding="ascii")
        run(run(open_journal(path)).close())

    def test_the_mark_is_written_before_the_claim_is_acknowledged(
        self, run: Runs, path: Path, order: Orders
    ) -> None:
        """With fifty claims at once it says fifty as soon as all are told."""
        mark = Mark(path.with_name("journal.sqlite.mark"))

        async def fifty() -> Reading | None:
            journal = await open_journal(path)
            orders = [order(number) for number in range(50)]
            await journal.add(orders, "r1")
            await asyncio.gather(*(journal.claim(one.key, f"a{one.key}", "r1") for one in orders))
            try:
                return mark.read()
            finally:
                await journal.close()

        told = run(fifty())
        assert told is not None
        assert told.attempts == 50


class TestNetworkDrives:
    """Places where locks and fsync promise less."""

    MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
server:/home /home nfs4 rw 0 0
/dev/sdb1 /home/kim/local\\040disk ext4 rw 0 0
//server/share /mnt/share cifs rw 0 0
kim@host:/ /mnt/far fuse.sshfs rw 0 0
odd line
"""

    @pytest.mark.parametrize(
        ("place", "kind"),
        [
            ("/var/lib/j.sqlite", None),
            ("/home/kim/j.sqlite", "nfs4"),
            ("/home/kim/local disk/j.sqlite", None),
            ("/mnt/share/x/y/j.sqlite", "cifs"),
            ("/mnt/far/j.sqlite", "fuse.sshfs"),
            ("/mnt/shares/j.sqlite", None),
        ],
    )
    @pytest.mark.skipif(sys.platform == "win32", reason="paths of Linux")
    def test_linux_mounts_are_told_apart(self, place: str, kind: str | None) -> None:
        """The nearest mount point decides."""
        assert disk.kind_of(Path(place), disk.linux_mounts(self.MOUNTS)) == kind

    def test_macos_mounts_are_told_apart(self) -> None:
        """The listing of `mount` names the file system in brackets."""
        text = "/dev/disk1s1 on / (apfs, local)\n//kim@server/my share on /Volumes/my share (smbfs, nodev)\n"
        assert disk.darwin_mounts(text) == {"/": "apfs", "/Volumes/my share": "smbfs"}

    @pytest.mark.parametrize(
        ("place", "kind"),
        [("\\\\server\\share\\j", "share"), ("//server/share", "share"), ("\\\\?\\UNC\\server\\s", "share")],
    )
    def test_windows_shares_are_told_by_name(self, place: str, kind: str) -> None:
        """A path that begins with a server is a share."""
        assert disk.windows_kind(place) == kind

    def test_a_local_windows_path_is_local(self) -> None:
        """A long path of the local disk is no share."""
        assert disk.windows_kind("\\\\?\\C:\\data\\j.sqlite") is None

    def test_a_network_drive_is_refused(self, run: Runs, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The journal is not opened there, and nothing is made."""
        monkeypatch.setattr(opening, "network_kind", lambda _path: "nfs4")
        with pytest.raises(JournalError) as caught:
            run(open_journal(path))
        assert (caught.value.code, caught.value.facts["kind"]) == ("journal.network_drive", "nfs4")
        assert not path.parent.exists()

    def test_this_machines_own_disk_is_taken(self, tmp_path: Path) -> None:
        """The folder tests run in is no network drive."""
        assert disk.network_kind(tmp_path) is None


def test_the_holder_names_no_more_than_it_was_told(run: Runs, path: Path) -> None:
    """The note beside the lock holds what runs, process, machine and time."""
    journal = run(open_journal(path, who="refresh"))
    told = json.loads(path.with_name("journal.sqlite.holder").read_text(encoding="utf-8"))
    assert set(told) == {"who", "pid", "machine", "since"}
    assert (told["who"], told["pid"]) == ("refresh", os.getpid())
    run(journal.close())
    assert not path.with_name("journal.sqlite.holder").exists()
