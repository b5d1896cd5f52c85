import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import settings

from core import crypto, documents
from core.models import Document

pytestmark = pytest.mark.django_db


def _store(content: bytes) -> Document:
    return documents.store(content, name="合同.pdf", content_type="application/pdf", by=None)


def _file(document: Document) -> Path:
    return Path(settings.DOCUMENT_ROOT) / document.address[:2] / document.address[2:]


def test_a_document_comes_back_as_it_was_stored():
    assert documents.content(_store(b"a contract")) == b"a contract"


def test_the_same_content_is_stored_once():
    assert _store(b"twice") == _store(b"twice")


def test_two_workers_may_store_the_same_content_at_the_same_moment(monkeypatch):
    address, renamed, both = "ab" + "0" * 62, Path.rename, threading.Barrier(2, timeout=30)

    def once_both_are_there(draft, target):
        both.wait()
        return renamed(draft, target)

    monkeypatch.setattr(Path, "rename", once_both_are_there)
    with ThreadPoolExecutor(max_workers=2) as workers:
        written = [workers.submit(documents._write, address, b"a scan") for _ in range(2)]
        assert [each.result() for each in written] == [None, None]

    kept = documents._path(address)
    assert crypto.decrypt_bytes(kept.read_bytes(), key_name=settings.KEYRING.newest) == b"a scan"
    assert list(kept.parent.glob(f"{kept.name}.*")) == []


def test_the_file_on_disk_is_unreadable():
    assert b"secret" not in _file(_store(b"a secret of the household")).read_bytes()


def test_a_file_changed_on_disk_is_refused():
    document = _store(b"to be broken")
    path = _file(document)
    sealed = path.read_bytes()
    path.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))

    with pytest.raises(crypto.Unreadable):
        documents.content(document)
