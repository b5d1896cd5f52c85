from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from core import audit
from core.models import AuditEntry, Reading
from tests import make

pytestmark = pytest.mark.django_db


def _tamper(sql: str, *values: object) -> None:
    """Do what somebody with the database's own password could do."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, values)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def _deeds(count: int) -> list[AuditEntry]:
    branch = make.branch()
    actor = make.staff()
    made = [audit.record(branch, "core.branch.named", actor=actor, turn=n) for n in range(count)]
    audit.seal()
    return made


def test_an_untouched_record_has_no_fault():
    _deeds(3)

    assert list(audit.verify()) == []


def test_a_deed_whose_time_was_told_in_local_time_has_no_fault():
    noon = datetime(2026, 3, 2, 12, tzinfo=ZoneInfo("Asia/Shanghai"))

    audit.record(make.branch(), "core.branch.named", actor=None, at=noon)

    assert list(audit.verify()) == []


def test_a_changed_detail_is_named():
    changed = _deeds(3)[1]

    _tamper("UPDATE core_auditentry SET detail = '{\"turn\": 99}' WHERE id = %s", changed.pk)

    faults = list(audit.verify())
    assert [(fault.entry, fault.reason) for fault in faults] == [(changed.pk, "changed")]


def test_a_removed_row_leaves_a_hole_that_is_named():
    removed = _deeds(3)[1]

    _tamper("DELETE FROM core_auditentry WHERE id = %s", removed.pk)

    assert "removed" in {fault.reason for fault in audit.verify()}


def test_a_row_changed_before_it_was_linked_is_named_too():
    entry = audit.record(make.branch(), "core.branch.named", actor=None)

    _tamper("UPDATE core_auditentry SET actor_name = 'somebody else' WHERE id = %s", entry.pk)

    assert [fault.entry for fault in audit.verify()] == [entry.pk]


@pytest.mark.parametrize(
    "deed", ["UPDATE core_auditentry SET action = 'x'", "DELETE FROM core_auditentry"]
)
def test_the_database_refuses_to_change_or_remove_a_deed(deed):
    _deeds(1)

    with (
        pytest.raises(DatabaseError, match="append only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(deed)


def test_a_batch_writes_one_deed_per_row_and_they_verify():
    branches = [make.branch() for _ in range(5)]

    written = audit.record_all(
        type(branches[0]),
        "core.branch.named",
        (audit.Deed(each.pk, {"name": each.name}) for each in branches),
        actor=None,
    )
    audit.seal()

    assert written == AuditEntry.objects.filter(action="core.branch.named").count() == 5
    assert list(audit.verify()) == []


def test_linking_again_links_only_what_is_new():
    _deeds(2)
    audit.record(make.branch(), "core.branch.named", actor=None)

    linked = audit.seal()

    assert linked == 1
    assert audit.seal() == 0


def test_a_reading_can_not_be_undone():
    reader = make.staff()
    audit.read(make.branch(), reader=reader, what="ID number", reason="asked by the customer")

    with pytest.raises(DatabaseError), transaction.atomic():
        Reading.objects.all().delete()


def test_a_record_whose_end_was_cut_off_is_found_out_by_a_head_kept_elsewhere(tmp_path):
    deeds = _deeds(3)
    anchor = tmp_path / "anchor.json"
    call_command("verify_audit", "--anchor", str(anchor))

    _tamper("DELETE FROM core_auditentry WHERE id = %s", deeds[-1].pk)

    assert list(audit.verify()) == []
    with pytest.raises(CommandError):
        call_command("verify_audit", "--anchor", str(anchor))


def test_the_command_is_content_with_a_record_that_grew(tmp_path, capsys):
    anchor = str(tmp_path / "anchor.json")
    _deeds(2)
    call_command("verify_audit", "--anchor", anchor)
    _deeds(2)

    call_command("verify_audit", "--anchor", anchor)

    assert "4 entries, 0 faults" in capsys.readouterr().out
