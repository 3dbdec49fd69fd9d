"""Uploaded bytes: each content once, nothing half kept, nothing outside the folder."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import stat

import pytest

from service.errors import NotFound, TooLarge, Unavailable
from service.store import blobs
from service.store.blobs import BlobStore

CONTENT = b"minutes of the joint meeting"
ADDRESS = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def store(tmp_path) -> BlobStore:
    return BlobStore(tmp_path / "blobs")


def kept(store: BlobStore) -> list[str]:
    """Return every file below the folder."""
    return sorted(path.name for path in store.folder.rglob("*") if path.is_file())


def test_bytes_are_found_at_their_address(store):
    blob = store.put(io.BytesIO(CONTENT), limit_bytes=len(CONTENT))

    assert (blob.sha256, blob.size_bytes, blob.head) == (ADDRESS, len(CONTENT), CONTENT)
    assert store.path(ADDRESS).read_bytes() == CONTENT
    assert store.path(ADDRESS).parent.name == ADDRESS[:2]


def test_the_same_content_is_kept_once(store):
    for _ in range(2):
        store.put(io.BytesIO(CONTENT), limit_bytes=100)

    assert kept(store) == list(store.addresses()) == [ADDRESS]


def test_one_byte_too_many_keeps_nothing(store):
    with pytest.raises(TooLarge) as refused:
        store.put(io.BytesIO(CONTENT), limit_bytes=len(CONTENT) - 1)

    assert refused.value.detail["limit_bytes"] == len(CONTENT) - 1
    assert kept(store) == []


def test_the_limit_is_told_in_mebibytes(store):
    with pytest.raises(TooLarge, match="up to 3 MiB"):
        store.put(io.BytesIO(bytes(3 * 2**20 + 1)), limit_bytes=3 * 2**20)


def test_a_large_file_is_read_in_pieces_and_its_beginning_is_told(store, monkeypatch):
    monkeypatch.setattr(blobs, "_CHUNK_BYTES", 5000)
    content = bytes(range(256)) * 80

    blob = store.put(io.BytesIO(content), limit_bytes=len(content))

    assert blob.head == content[:8192]
    assert store.path(blob.sha256).read_bytes() == content


def test_a_full_disk_is_told_and_keeps_nothing(store, monkeypatch):
    def full(_descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(blobs.os, "fsync", full)

    with pytest.raises(Unavailable, match="No space left on device") as refused:
        store.put(io.BytesIO(CONTENT), limit_bytes=100)

    assert refused.value.detail["retry_after_seconds"] == 30
    assert kept(store) == []


@pytest.mark.skipif(os.name != "posix", reason="only there can folders be synchronised")
def test_bytes_and_their_entry_in_the_folder_survive_a_power_cut(store, monkeypatch):
    synced, real = [], os.fsync

    def note(descriptor):
        synced.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        real(descriptor)

    monkeypatch.setattr(blobs.os, "fsync", note)

    store.put(io.BytesIO(CONTENT), limit_bytes=100)

    assert synced == ["file", "folder"]


@pytest.mark.parametrize(
    "address", ["", "../secret", ADDRESS[:-1], ADDRESS + "0", ADDRESS.upper(), f"../{ADDRESS[3:]}"]
)
def test_what_is_no_address_leads_nowhere(store, address):
    for look in (store.path, store.remove):
        with pytest.raises(NotFound):
            look(address)


def test_removed_bytes_are_gone_and_removing_twice_is_no_fault(store):
    store.put(io.BytesIO(CONTENT), limit_bytes=100)
    store.remove(ADDRESS)
    store.remove(ADDRESS)

    with pytest.raises(NotFound) as missing:
        store.path(ADDRESS)
    assert missing.value.detail == {"sha256": ADDRESS}
    assert list(store.addresses()) == []
