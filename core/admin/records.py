"""What the platform writes down by itself: deeds, readings, batches, events, notices."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core.admin import columns
from core.admin.base import RecordAdmin
from core.models import AuditEntry, Notice, Outbox, Reading, Run, Shard

ROOMS = ["village", "visits", "admission", "credit", "postloan", "core"]


class AboutOneObject(RecordAdmin):
    """Records about other records, found by the object's number or by its kind and number."""

    search_help_text = _("The number of a record, or its kind and number: village.household 128")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Kind and number are exact, so that the index answers."""
        kind, _space, number = search_term.strip().rpartition(" ")
        if not number:
            return queryset, False
        number = number.lstrip("#")
        if number.isdecimal():
            queryset = queryset.filter(object_id=int(number))
        else:
            kind = kind or number
        return (queryset.filter(object_type=kind.lower()) if kind else queryset), False


class RoomFilter(admin.SimpleListFilter):
    """Deeds of one room; rooms are known, so no distinct values are looked for."""

    title = _("room")
    parameter_name = "stream"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """The rooms."""
        return [(room, room) for room in ROOMS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Deeds whose object belongs to the room."""
        room = self.value()
        return queryset.filter(object_type__startswith=f"{room}.") if room else queryset


@admin.register(AuditEntry)
class AuditEntryAdmin(AboutOneObject):
    list_display = ["at", "actor_name", "action", "object_type", "object_id"]
    list_filter = [RoomFilter]
    search_fields = ["object_id"]
    readonly_fields = [columns.readable("detail", _("detail"))]
    fields = ["at", "actor_name", "action", "object_type", "object_id", readonly_fields[0]]
    fields += ["stream", "sequence", "digest", "chain_hash"]


@admin.register(Reading)
class ReadingAdmin(AboutOneObject):
    list_display = ["at", "reader", "what", "object_type", "object_id", "reason"]
    list_select_related = ["reader"]
    search_fields = ["object_id"]


@admin.register(Run)
class RunAdmin(RecordAdmin):
    """Batches and how far they have come."""

    comes_from = _("Batches such as granting a county or tagging everybody.")
    list_display = [
        "kind",
        "business_day",
        columns.state(),
        "progress",
        "started_by",
        "started_at",
        "finished_at",
    ]
    list_select_related = ["started_by"]
    list_filter = ["status"]
    search_fields = ["kind__startswith"]
    fields = ["kind", "business_day", columns.state(), "overtaken_by", "progress", "failures"]
    fields += ["started_by", "started_at", "finished_at"]
    fields += [columns.readable("settings", _("settings")), columns.readable("result", _("result"))]
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Run]:
        """Runs with the number of their pieces."""
        return (
            super()
            .get_queryset(request)
            .annotate(
                total=Count("shards"),
                done=Count("shards", filter=Q(shards__status=Shard.Status.DONE)),
                failed=Count("shards", filter=Q(shards__status=Shard.Status.FAILED)),
            )
        )

    @admin.display(description=_("pieces done"))
    def progress(self, run: Run) -> SafeString:
        """A bar that moves while the run is worked."""
        return format_html(
            '<run-progress run="{}"><progress max="{}" value="{}"></progress> '
            '<output class="num">{} / {}</output></run-progress>',
            run.pk,
            run.total or 1,
            run.done,
            run.done,
            run.total,
        )

    @admin.display(description=_("overtaken by"))
    def overtaken_by(self, run: Run) -> SafeString | str:
        """The newer run that has taken on what was left of this one."""
        newer = run.result.get(Run.OVERTAKEN_BY)
        if newer is None:
            return columns.NOTHING
        return format_html(
            '<a href="{}">{}</a>',
            reverse("admin:core_run_change", args=[newer]),
            _("A newer run, no. %(number)s, has taken on the pieces that were left.")
            % {"number": newer},
        )

    @admin.display(description=_("pieces failed"))
    def failures(self, run: Run) -> SafeString | str:
        """The pieces that failed, one press away."""
        if not run.failed:
            return columns.NOTHING
        return format_html(
            '<a href="../../../shard/?run__id__exact={}&amp;status__exact=failed">{}</a>',
            run.pk,
            run.failed,
        )


@admin.register(Shard)
class ShardAdmin(RecordAdmin):
    list_display = ["key", "run", columns.state(), "attempts", "finished_at"]
    list_select_related = ["run"]
    list_filter = ["status"]
    search_fields = ["key__startswith"]
    fields = ["run", "key", columns.state(), "attempts", "finished_at"]
    fields += [columns.readable("figures", _("figures")), "error"]
    readonly_fields = fields


class DeliveryFilter(admin.SimpleListFilter):
    """Events that were heard, wait to be, or failed before."""

    title = _("delivery")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """Waiting, failing, delivered."""
        return [
            ("waiting", _("Waiting")),
            ("failing", _("Failed before")),
            ("delivered", _("Delivered")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Outbox]) -> QuerySet[Outbox]:
        """Events of one kind of delivery."""
        narrowed = {
            "waiting": Q(delivered_at=None),
            "failing": Q(delivered_at=None, attempts__gt=0),
            "delivered": Q(delivered_at__isnull=False),
        }.get(self.value() or "", Q())
        return queryset.filter(narrowed)


@admin.register(Outbox)
class OutboxAdmin(RecordAdmin):
    comes_from = _("What one room tells another.")
    list_display = ["id", "kind", "at", "delivered_at", "attempts", "not_before"]
    list_filter = [DeliveryFilter]
    search_fields = ["kind__startswith"]
    fields = ["kind", columns.readable("body", _("body")), "at", "delivered_at"]
    fields += ["attempts", "not_before", "error"]
    readonly_fields = fields


@admin.register(Notice)
class NoticeAdmin(RecordAdmin):
    comes_from = _("What the bell shows to those whom it concerns.")
    list_display = ["at", columns.state("level", _("level")), "told", "user", "role", "branch"]
    list_select_related = ["user", "branch"]
    list_filter = ["level", "role"]
    fields = ["at", columns.state("level", _("level")), "told", "user", "role", "branch", "url"]
    readonly_fields = fields

    @admin.display(description=_("title"))
    def told(self, notice: Notice) -> str:
        """What it tells, in the reader's own language."""
        return notice.says
