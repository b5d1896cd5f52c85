"""What arrived is kept letter for letter, whatever alphabet it was written in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admission.features.columns import OUTSIDE
from admission.models import SourceRecord
from admission.services import revealing
from admission.sources.pboc import read_report, read_whole
from admission.sources.received import as_received, kept, legible
from core.line import Reply
from core.roles import Role
from tests import make
from tests.admission.conftest import AS_OF
from tests.admission.test_sources_pboc import SUBJECT, report
from tests.admission.wired import Line, heard


def in_gb18030(xml):
    """The same report as an institution writes it that still writes GB18030."""
    text = xml.decode().partition("?>")[2]
    return b'<?xml version="1.0" encoding="GB18030"?>' + text.encode("gb18030")


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_whatever_arrives_comes_back_the_same(received):
    assert as_received(kept(received)) == received


@given(st.binary(max_size=40))
def test_what_looks_like_something_kept_comes_back_the_same(received):
    again = kept(received).encode()

    assert as_received(kept(again)) == again


@pytest.mark.parametrize(
    ("received", "read"),
    [
        ("云台".encode(), "云台"),
        ("云台".encode("gb18030"), "云台"),
        ("云台".encode()[:-1], "云"),
        (b"\xff\xfe{", "\\xff\\xfe{"),
    ],
)
def test_people_read_it_in_its_own_alphabet(received, read):
    assert legible(kept(received)) == read


def test_a_report_in_gb18030_says_the_same():
    found = heard(Line(Reply(200, in_gb18030(report()))), "pboc")

    assert found.status == "answered"
    assert found.values == read_report(report(), SUBJECT)
    assert as_received(found.raw) == in_gb18030(report())


@pytest.mark.django_db
def test_a_report_in_gb18030_is_opened_as_it_came():
    raw = in_gb18030(report())
    record = SourceRecord.objects.create(
        customer=make.customer(), source="pboc", status="answered", as_of=AS_OF, took_ms=1,
        asked_at="2026-06-30T01:00Z", raw=kept(raw), values=dict.fromkeys(OUTSIDE["pboc"]),
    )  # fmt: skip

    opened = revealing.open_in_full(
        record.pk, reader=make.staff(Role.RISK_OFFICER), reason="核对异议"
    )

    assert as_received(SourceRecord.objects.get().raw) == raw
    assert opened.report == read_whole(report())
    assert "测试甲" in opened.raw
