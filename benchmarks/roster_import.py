"""How long the register of a whole county takes to bring in, against COPY and import-export.

A synthetic county is made in a process of its own; its organisation and its roster are then brought
in as a bank brings them in: every check, numbers sealed and blindly indexed, households registered.
In the same run the finished rows go once more, by plain COPY, into a table with the same indexes
(what the disk allows), and a sample goes through django-import-export, in bulk and as it comes.
Both are given the households ready made, and no checks.

QIANMO_BENCH_CUSTOMERS makes the county smaller; its villages shrink with it.
"""

import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import tablib
from django.db import connection, transaction
from import_export.fields import Field
from import_export.resources import ModelResource, modelresource_factory
from import_export.widgets import ForeignKeyWidget

from benchmarks import print_table
from core import crypto
from sandbox.county.making import AS_OF, make_county

needs_database = True

NAME = "roster_import"
COUNTY, VILLAGES = 869_554, 355
CUSTOMERS = int(os.environ.get("QIANMO_BENCH_CUSTOMERS", COUNTY))
SAMPLE = 2_000  # rows for import-export: at its pace a county takes an hour
CHUNK = 1 << 20
SEED = 20
AIMS = {"to_copy": 6, "to_import_export_bulk": 20, "to_import_export": 50, "peak_gb": 2.5}
FIELDS = (
    "id_index", "household", "role", "name", "id_number", "mobile", "mobile_index", "sex",
    "born_on", "education", "marital", "occupation", "main_business", "state",
)  # fmt: skip


def run() -> dict[str, object]:
    """Bring a county in, copy it, send samples through import-export, print what each took."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _make(folder)
        rows, seconds = _brought_in(folder)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6  # kilobytes, as GB
        took = {
            "our importer, all checks": (rows, seconds),
            "COPY of the finished rows": (rows, _copied(folder / "finished.copy")),
        }
    sample = min(SAMPLE, rows)
    took["import-export in bulk"] = sample, _import_exported(sample, use_bulk=True)
    took["import-export, default"] = sample, _import_exported(sample, use_bulk=False)
    speeds = [count / each for count, each in took.values()]
    ratios = {
        "to_copy": round(speeds[1] / speeds[0], 2),
        "to_import_export_bulk": round(speeds[0] / speeds[2], 1),
        "to_import_export": round(speeds[0] / speeds[3], 1),
    }
    print_table(
        f"A roster of {rows:,} people brought in",
        ["how", "rows", "seconds", "rows/s"],
        [
            [how, count, f"{each:.2f}", f"{speed:,.0f}"]
            for (how, (count, each)), speed in zip(took.items(), speeds, strict=True)
        ],
    )
    print_table(
        "Against the others of the same run",
        ["figure", "measured", "aim"],
        [
            ["seconds, times those of COPY", str(ratios["to_copy"]), "≤ 6"],
            ["rows/s, times import-export in bulk", str(ratios["to_import_export_bulk"]), "≥ 20"],
            ["rows/s, times import-export as it comes", str(ratios["to_import_export"]), "≥ 50"],
            ["peak memory, GB", f"{peak:.2f}", "≤ 2.5"],
        ],
    )
    return {
        "name": NAME,
        "customers": rows,
        "seconds": {how: round(each, 3) for how, (_count, each) in took.items()},
        "rows_per_second": round(speeds[0]),
        "peak_gb": round(peak, 2),
        "ratios": ratios,
        "aims": AIMS,
    }


def villages_of(customers: int) -> int:
    """How many villages a county of so many people has, as densely settled as the whole one."""
    return max(1, round(VILLAGES * customers / COUNTY))


def _make(folder: Path) -> None:
    """In another process, so that its memory is not counted as the importer's."""
    making = multiprocessing.get_context("spawn").Process(
        target=make_county,
        args=(folder,),
        kwargs={"villages": villages_of(CUSTOMERS), "customers": CUSTOMERS, "seed": SEED},
    )
    making.start()
    making.join()
    if making.exitcode:
        raise ChildProcessError(f"Making the county ended with {making.exitcode}.")


def _brought_in(folder: Path) -> tuple[int, float]:
    """How many people the importer brought in, and in how many seconds."""
    # Models exist only once the harness has set Django up.
    from village.services import organisation
    from village.services.rosters import import_file

    for name in ("branches", "staff", "areas"):
        organisation.import_file(folder / f"{name}.csv", password=f"benchmark-{SEED}")
    began = time.perf_counter()
    brought = import_file(folder / "roster.csv", actor=None, as_of=AS_OF)
    seconds = time.perf_counter() - began
    if brought.refused:
        raise ValueError(f"{brought.refused} rows were refused.")
    return brought.new, seconds


def _copied(file: Path) -> float:
    """Seconds for the finished rows to go into an equally indexed table."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_customer (LIKE village_customer INCLUDING ALL)")
        cursor.execute(
            "ALTER TABLE bench_customer ADD FOREIGN KEY (household_id) "
            "REFERENCES village_household (id) DEFERRABLE INITIALLY DEFERRED"
        )
        with cursor.copy("COPY village_customer TO STDOUT") as given, file.open("wb") as out:
            for some in given:
                out.write(some)
        cursor.execute("CHECKPOINT")
        seconds = _timed(lambda: _copy_from(file))
        cursor.execute("DROP TABLE bench_customer")
    return seconds


def _copy_from(file: Path) -> None:
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY bench_customer FROM STDIN") as copy,
        file.open("rb") as given,
    ):
        while some := given.read(CHUNK):
            copy.write(some)


class _Sealing(ModelResource):
    """Finds people by their blind index, as the importer does."""

    def before_import(self, dataset: tablib.Dataset, **_given: Any) -> None:
        dataset.append_col(crypto.blind_indices(dataset["id_number"]), header="id_index")
        mobiles = crypto.blind_indices(each or None for each in dataset["mobile"])
        dataset.append_col([each or "" for each in mobiles], header="mobile_index")


def _import_exported(rows: int, *, use_bulk: bool) -> float:
    """Seconds for the first ``rows`` people, taken out beforehand, to go in by import-export."""
    # Models exist only once the harness has set Django up.
    from village.models import Customer, Household

    given = [each for each in FIELDS if not each.endswith("_index") and each != "household"]
    people = Customer.objects.order_by("id")[:rows]
    data = tablib.Dataset(headers=["household", *given])
    data.extend(people.values_list("household__number", *given))
    columns = {
        "household": Field(
            attribute="household",
            column_name="household",
            widget=ForeignKeyWidget(Household, "number"),
        )
    }
    customers = modelresource_factory(
        Customer,
        resource_class=_Sealing,
        meta_options={"fields": FIELDS, "import_id_fields": ["id_index"], "use_bulk": use_bulk},
        custom_fields=columns,
    )()
    with transaction.atomic():
        Customer.objects.filter(pk__in=list(people.values_list("pk", flat=True))).delete()
        before = Customer.objects.count()
        seconds = _timed(lambda: customers.import_data(data, raise_errors=True))
        if Customer.objects.count() != before + rows:
            raise ValueError("import-export left rows out.")
        transaction.set_rollback(True)
    return seconds


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
