"""What differs between systems where a file must be durable and local, each with its fallback."""

import contextlib
import errno
import os
import subprocess
import sys
from pathlib import Path

if sys.platform != "win32":
    import fcntl

NETWORK_KINDS = frozenset(
    """
    afpfs afs beegfs ceph cifs coda davfs glusterfs lustre moosefs ncpfs nfs nfs4 ocfs2 orangefs smb smb2
    smb3 smbfs sshfs webdav fuse.ceph fuse.curlftpfs fuse.davfs fuse.davfs2 fuse.gcsfuse fuse.glusterfs
    fuse.goofys fuse.juicefs fuse.rclone fuse.s3fs fuse.smbnetfs fuse.sshfs
    """.split()  # noqa: SIM905 - a list of thirty lines hides more than it shows
)
"""File systems on which locks and fsync promise less than a journal needs."""

DRIVE_REMOTE = 4
"""What Windows answers for a drive letter that stands for a share."""


def sync_file(descriptor: int) -> None:
    """Return only when what was written is on the disk, past the drive's own cache."""
    if sys.platform == "darwin":
        try:
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
        except OSError as error:  # a disk that doesn't know it: then fsync is all there is
            if error.errno not in (errno.ENOTSUP, errno.EINVAL, errno.ENOTTY):
                raise
        else:
            return
    os.fsync(descriptor)


def sync_folder(folder: Path) -> None:
    """Make the names in this folder durable; Windows does so by itself and can't open folders."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def reserve(descriptor: int, size: int) -> None:
    """Take `size` bytes of disk for this file now; what the file holds stays as it is.

    Where the system can't reserve (macOS, Windows, some file systems) zeros are written.
    """
    if hasattr(os, "posix_fallocate"):
        try:
            os.posix_fallocate(descriptor, 0, size)
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.EOPNOTSUPP, errno.ENOSYS):
                raise
        else:
            return
    missing = size - os.fstat(descriptor).st_size
    os.lseek(descriptor, 0, os.SEEK_END)
    while missing > 0:
        missing -= os.write(descriptor, bytes(min(missing, 1 << 16)))


def network_kind(path: Path) -> str | None:
    """Return the kind of network drive this path lies on, or None for a local one (or an unknown system)."""
    if sys.platform == "win32":
        return windows_kind(str(path.absolute()))
    if sys.platform == "darwin":
        told = subprocess.run(["/sbin/mount"], capture_output=True, text=True, check=False).stdout
        return kind_of(path, darwin_mounts(told))
    try:
        told = Path("/proc/mounts").read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None
    return kind_of(path, linux_mounts(told))


def linux_mounts(text: str) -> dict[str, str]:
    """Return mount point → file system from `/proc/mounts`; of two on one point the last counts."""
    found = {}
    for line in text.splitlines():
        with contextlib.suppress(ValueError):
            _, place, kind, _ = line.split(" ", 3)
            found[_unescaped(place)] = kind
    return found


def darwin_mounts(text: str) -> dict[str, str]:
    """Return mount point → file system from what `mount` prints on macOS and the BSDs."""
    found = {}
    for line in text.splitlines():
        _, _, rest = line.partition(" on ")
        place, _, kind = rest.rpartition(" (")
        if place:
            found[place] = kind.split(",")[0].rstrip(")")
    return found


def kind_of(path: Path, mounts: dict[str, str]) -> str | None:
    """Return the network file system of the nearest mount point above this path, if it is one."""
    here = path.resolve()
    for place in (here, *here.parents):
        kind = mounts.get(place.as_posix())
        if kind is not None:
            return kind if kind.lower() in NETWORK_KINDS else None
    return None


def windows_kind(path: str) -> str | None:
    r"""Return "share" for `\\server\…` and for drive letters that stand for a share."""
    if path.startswith(("\\\\", "//")) and not path.startswith(("\\\\?\\", "\\\\.\\")):
        return "share"
    if path.startswith("\\\\?\\UNC\\"):
        return "share"
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - only Windows has windll

        if ctypes.windll.kernel32.GetDriveTypeW(path[:3]) == DRIVE_REMOTE:
            return "share"
    return None


def _unescaped(place: str) -> str:
    """Undo the octal escapes of /proc/mounts (a space is written as backslash 040)."""
    for code, char in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        place = place.replace(code, char)
    return place
