"""Uploaded bytes in a folder, each content once under its sha256."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from service.errors import NotFound, TooLarge, Unavailable
from service.wording import Text

_CHUNK_BYTES = 1 << 20
_HEAD_BYTES = 8192


@dataclass(frozen=True)
class StoredBlob:
    """What is known about some bytes once they lie on the disk. `head` is their beginning."""

    sha256: str
    size_bytes: int
    head: bytes


class BlobStore:
    """A content-addressed folder: `put` before writing the row that cites it, so no row lacks its bytes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, stream: IO[bytes], *, limit_bytes: int) -> StoredBlob:
        """Keep the stream's bytes and return their address. TooLarge beyond the limit: nothing is kept.

        Unavailable when the disk is full or read-only.
        """
        try:
            return self._put(stream, limit_bytes)
        except OSError as exc:
            raise Unavailable(
                Text("The file cannot be kept: {strerror}. Nothing was changed.", strerror=str(exc.strerror)),
                retry_after_seconds=30,
            ) from exc

    def _put(self, stream: IO[bytes], limit_bytes: int) -> StoredBlob:
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = tempfile.NamedTemporaryFile(dir=self.folder, prefix="draft-", delete=False)  # noqa: SIM115
        try:
            with draft:
                blob = _copy(stream, draft, limit_bytes)
            target = self._path(blob.sha256)
            target.parent.mkdir(exist_ok=True)
            os.replace(draft.name, target)
            _sync_folder(target.parent)
            return blob
        finally:
            with suppress(FileNotFoundError):
                os.unlink(draft.name)

    def path(self, sha256: str) -> Path:
        """Return where these bytes lie. NotFound when they do not."""
        path = self._path(sha256)
        if not path.is_file():
            raise NotFound("The file's bytes are missing.", sha256=sha256)
        return path

    def remove(self, sha256: str) -> None:
        """Forget these bytes; nothing happens when they are gone already."""
        self._path(sha256).unlink(missing_ok=True)

    def addresses(self) -> Iterator[str]:
        """Yield the address of everything kept, in no particular order."""
        for path in self.folder.glob("??/*"):
            yield path.name

    def _path(self, sha256: str) -> Path:
        if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
            raise NotFound("The file's bytes are missing.")
        return self.folder / sha256[:2] / sha256


def _copy(stream: IO[bytes], target: IO[bytes], limit_bytes: int) -> StoredBlob:
    digest, size, head = hashlib.sha256(), 0, b""
    while chunk := stream.read(_CHUNK_BYTES):
        size += len(chunk)
        if size > limit_bytes:
            raise TooLarge(
                Text("Files may have up to {limit_bytes} MiB.", limit_bytes=limit_bytes // 2**20),
                limit_bytes=limit_bytes,
            )
        if len(head) < _HEAD_BYTES:
            head = (head + chunk)[:_HEAD_BYTES]
        digest.update(chunk)
        target.write(chunk)
    target.flush()
    # The row is committed only after the bytes survive a power cut.
    os.fsync(target.fileno())
    return StoredBlob(digest.hexdigest(), size, head)


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
