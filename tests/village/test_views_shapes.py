"""Village polygons at the doors."""

import gzip
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from config.env import MapTiles
from core.roles import Role
from tests import make
from tests.village.test_services_shapes import SQUARE, collection, feature
from village.models import HouseholdPosition, VillageShape

pytestmark = pytest.mark.django_db
GEOMETRY = json.dumps({"type": "Polygon", "coordinates": [SQUARE]}, separators=(",", ":"))


def drawn(village):
    return VillageShape.objects.create(
        village=village,
        geometry=GEOMETRY,
        west=119.2,
        south=34.3,
        east=119.22,
        north=34.32,
        file_name="f",
        imported_at=timezone.now(),
    )


def fetch(client, query="", **headers):
    return client.get(reverse("village:shapes") + query, headers=headers)


def ids(answer):
    content = answer.content
    if answer.headers.get("Content-Encoding") == "gzip":
        content = gzip.decompress(content)
    return [each["id"] for each in json.loads(content)["features"]]


def test_a_manager_is_given_the_shapes_of_the_own_grid_alone(client):
    mine, other = make.village(), make.village()
    drawn(mine), drawn(other)
    client.force_login(mine.grid.manager)

    assert ids(fetch(client)) == [mine.pk]
    assert ids(fetch(client, f"?village={other.pk}")) == []


def test_the_whole_bank_is_given_all_shapes_in_two_queries(client, django_assert_max_num_queries):
    villages = [make.village() for _number in range(15)]
    for each in villages:
        drawn(each)
    client.force_login(make.staff(Role.RISK_OFFICER))

    with django_assert_max_num_queries(4):  # session, person, what it is made of, shapes
        answer = fetch(client, **{"Accept-Encoding": "gzip"})

    assert ids(answer) == sorted(each.pk for each in villages)
    assert answer["Content-Encoding"] == "gzip"


def test_shapes_that_still_hold_are_not_sent_again(client):
    village = make.village()
    shape = drawn(village)
    client.force_login(village.grid.manager)
    first = fetch(client)

    same = fetch(client, **{"If-None-Match": first["ETag"]})
    shape.imported_at = timezone.now()
    shape.save()
    newer = fetch(client, **{"If-None-Match": first["ETag"]})

    assert (same.status_code, newer.status_code) == (304, 200)
    assert first["Cache-Control"] == "private, no-cache"


def test_another_persons_etag_is_not_mine(client):
    village = make.village()
    drawn(village)
    client.force_login(make.staff(Role.RISK_OFFICER))
    theirs = fetch(client)["ETag"]
    client.force_login(village.grid.manager)

    assert fetch(client, **{"If-None-Match": theirs}).status_code == 200


def test_shapes_lie_where_the_pictures_under_them_do(client, settings):
    village = make.village()
    drawn(village)
    client.force_login(village.grid.manager)
    ours = fetch(client)
    settings.MAP_TILES = MapTiles("https://t/{z}/{x}/{y}", "", "gcj02", ["https://t"])

    theirs = fetch(client, **{"If-None-Match": ours["ETag"]})

    (moved,) = json.loads(theirs.content)["features"]
    x, y = moved["geometry"]["coordinates"][0][0]
    assert (x - SQUARE[0][0], y - SQUARE[0][1]) == pytest.approx((0.0054, -0.0012), abs=0.0005)


def test_who_may_not_see_shapes_is_refused_and_strangers_sign_in(client):
    assert fetch(client).status_code == 302

    client.force_login(make.staff(""))

    assert fetch(client).status_code == 403


def upload(client, content, **fields):
    return client.post(
        reverse("admin:village_villageshape_add"),
        {"file": SimpleUploadedFile("villages.geojson", content), "datum": ""} | fields,
    )


def test_an_administrator_uploads_shapes_and_reads_what_did_not_go_in(client):
    village = make.village()
    client.force_login(make.staff(Role.ADMINISTRATOR))

    answer = upload(client, collection(feature(village.code), feature("404")))

    assert answer.status_code == 200
    assert VillageShape.objects.get().village == village
    assert answer.context["brought"].faults[0].who == "404"
    assert "404" in answer.content.decode()


def test_a_file_that_does_not_say_its_datum_is_asked_for_it(client):
    village = make.village()
    client.force_login(make.staff(Role.ADMINISTRATOR))
    silent = collection(feature(village.code), crs="")

    refused = upload(client, silent)
    told = upload(client, silent, datum="wgs84")

    assert refused.context["brought"] is None
    assert "WGS-84" in refused.content.decode()
    assert told.context["brought"].new == 1


@pytest.mark.parametrize("role", [Role.CUSTOMER_MANAGER, Role.RISK_OFFICER, Role.AUDITOR])
def test_others_do_not_upload_shapes(client, role):
    client.force_login(make.staff(role))

    assert upload(client, collection(feature("1"))).status_code == 403


def _positions(client, home, **given):
    table = f"户号,经度,纬度\n{home.number},119.2,34.3\nH-none,119,34\n".encode()
    body = {"file": SimpleUploadedFile("positions.csv", table), "datum": "wgs84"} | given
    return client.post(reverse("admin:village_villageshape_positions"), body)


def test_positions_are_checked_first_and_then_brought_in(client):
    home = make.household()
    client.force_login(make.staff(Role.ADMINISTRATOR))

    tried = _positions(client, home, dry_run="on")
    before = HouseholdPosition.objects.count()
    done = _positions(client, home)

    assert (tried.context["tried"], tried.context["brought"].placed, before) == (True, 1, 0)
    assert "H-none" in done.content.decode()
    assert HouseholdPosition.objects.get().household == home


def test_who_may_not_change_the_ground_places_nobody(client):
    home = make.household()
    client.force_login(home.village.grid.manager)

    assert _positions(client, home).status_code == 403
    assert not HouseholdPosition.objects.exists()
