"""The offices outside: what they answer, to whom, and how they fail when told to."""

import base64
import io
import json
import time
from hashlib import sha256

import httpx
import polars as pl
import pytest
from PIL import Image

from sandbox.county.making import make_county
from sandbox.server.app import AUTHORISED, ENDPOINTS, Sandbox
from sandbox.server.offices import OFFICES
from sandbox.server.serve import PortTaken, serve
from sandbox.server.testing import running
from tests.sandbox.asking import LEAVE, ask, order


@pytest.mark.parametrize("endpoint", sorted(OFFICES))
def test_every_office_answers_about_the_person_asked(client, known, endpoint):
    answer = ask(client, endpoint, known)

    assert answer.status_code == 200
    said = answer.json()
    assert said["subject"] == sha256(known["id_number"].encode()).hexdigest()
    assert said["source"] == endpoint
    assert said["data"]
    assert known["id_number"] not in answer.text


@pytest.mark.parametrize("endpoint", sorted(AUTHORISED))
def test_nobody_is_told_anything_without_authorisation(client, known, endpoint):
    answer = ask(client, endpoint, known, headers={})

    assert answer.status_code == 403
    assert answer.json()["code"] == "not_authorised"


def test_a_face_is_compared_only_where_picture_and_digest_belong_together(client, known):
    grey, checked = Image.new("L", (64, 64), 90), Image.effect_noise((64, 64), 60)

    def compare(picture, digest=None):
        held = io.BytesIO()
        picture.save(held, "PNG")
        content = held.getvalue()
        image = base64.b64encode(content).decode()
        digest = digest or sha256(content).hexdigest()
        return ask(client, "police/face", known, image=image, image_digest=digest)

    assert compare(checked).json()["data"]["live"] is True
    assert compare(grey).json()["data"] | {"image_digest": ""} == {
        "score": 0.0,
        "live": False,
        "image_digest": "",
    }
    assert compare(checked, digest="0" * 64).status_code == 400
    assert (
        ask(client, "police/face", known, image="no picture", image_digest="1").status_code == 400
    )


def test_offices_say_what_is_true(client, world, known):
    wanted = world.filter(pl.col("gov_police_list").is_not_null()).row(0, named=True)
    owing = world.filter(pl.col("gov_exec_open_amt") > 0).row(0, named=True)
    member = world.filter(pl.col("pf_scope") == "city").row(0, named=True)

    identity = ask(client, "police/identity", wanted).json()["data"]
    courts = ask(client, "courts/cases", owing).json()["data"]
    fund = ask(client, "provident-fund", member, scope="city").json()["data"]
    elsewhere = ask(client, "provident-fund", member, scope="province").json()["data"]
    titles = ask(client, "real-estate", known).json()["data"]

    assert identity["special_list"]["type"] == wanted["gov_police_list"]
    assert courts["open_enforcement_amount"] == f"{owing['gov_exec_open_amt']}.00"
    assert courts["enforcement"][0]["amount"] == courts["open_enforcement_amount"]
    assert fund["account"]["base"] == f"{member['pf_base']}.00"
    assert elsewhere["account"] is None
    assert len(titles["homes"]) == known["re_cnt"]
    assert {each["zone"] for each in titles["homes"]} == {known["re_zone"]}


def test_the_police_notice_a_name_that_is_not_theirs(client, world):
    person = world.filter(pl.col("police_id_match")).row(0, named=True)

    right = ask(client, "police/identity", person).json()["data"]
    wrong = ask(client, "police/identity", person | {"name": "别人"}).json()["data"]

    assert right["id_match"] is True
    assert wrong["id_match"] is False


def test_a_stranger_does_not_exist_for_the_police_nor_for_the_bureau(client):
    stranger = {"id_number": "320799190001010010", "name": "无名"}

    identity = ask(client, "police/identity", stranger).json()["data"]
    report = ask(client, "pboc/report", stranger)

    assert identity["id_match"] is False
    assert report.status_code == 200
    assert "<PD01>" not in report.text


def test_asking_twice_gives_the_same_answer(client, known):
    for endpoint in ("real-estate", "courts/cases"):
        once = ask(client, endpoint, known).json()["data"]
        again = ask(client, endpoint, known).json()["data"]

        assert once == again
    assert ask(client, "pboc/report", known).content == ask(client, "pboc/report", known).content


def test_records_go_bad_once_trouble_has_begun(client, world):
    soon = world.filter(
        pl.col("trouble_month").is_between(2, 4) & (pl.col("gov_suit_def_24m") == 0)
    ).row(0, named=True)

    before = ask(client, "courts/cases", soon, as_of="2026-06-30").json()["data"]
    after = ask(client, "courts/cases", soon, as_of="2027-06-30").json()["data"]

    assert before["defendant_24m"] == 0
    assert after["defendant_24m"] == 1
    assert after["open_enforcement_amount"] != before["open_enforcement_amount"]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"not json", "bad_request"),
        (b"[]", "bad_request"),
        (b"{}", "bad_request"),
        (b'{"id_number": "1", "as_of": "yesterday"}', "bad_request"),
    ],
)
def test_a_question_nobody_can_understand_is_refused(client, body, why):
    answer = client.post("/v1/tax", content=body, headers=LEAVE)

    assert answer.status_code == 400
    assert answer.json()["code"] == why


def test_unknown_services_and_methods_are_refused(client):
    assert client.post("/v1/astrology", json={}).status_code == 404
    assert client.get("/v1/tax").status_code == 405
    assert client.get("/").status_code == 404


def test_health_tells_which_county_is_played(client):
    health = client.get("/health").json()

    assert health["status"] == "ok"
    assert health["county"]["customers"] == 2400


def test_a_slow_answer_is_slow_and_right(client, known):
    started = time.monotonic()
    answer = ask(client, "tax", known, headers=LEAVE | {"X-Sandbox-Fault": "slow:0.4"})

    assert time.monotonic() - started >= 0.4
    assert answer.json()["subject"] == sha256(known["id_number"].encode()).hexdigest()


def test_a_failing_service_says_500_for_one_call_only(client, known):
    assert ask(client, "tax", known, headers=LEAVE | {"X-Sandbox-Fault": "500"}).status_code == 500
    assert ask(client, "tax", known).status_code == 200


def test_a_wrong_answer_is_about_somebody_else_and_shows_it(client, known):
    faulty = LEAVE | {"X-Sandbox-Fault": "wrong"}

    answer = ask(client, "social-security", known, headers=faulty).json()
    report = ask(client, "pboc/report", known, headers=faulty).text

    right = sha256(known["id_number"].encode()).hexdigest()
    assert answer["subject"] != right
    assert right not in report
    assert known["id_number"] not in report


def test_a_duplicate_answer_lists_its_records_twice(client, known):
    once = ask(client, "real-estate", known).json()["data"]["homes"]
    twice = ask(client, "real-estate", known, headers=LEAVE | {"X-Sandbox-Fault": "duplicate"})

    assert twice.json()["data"]["homes"] == once + once


def test_a_service_that_never_answers_is_left_by_the_caller(served, known):
    with (
        httpx.Client(base_url=served.url, timeout=0.3) as hurried,
        pytest.raises(httpx.ReadTimeout),
    ):
        ask(hurried, "tax", known, headers=LEAVE | {"X-Sandbox-Fault": "timeout"})


def test_a_reply_can_be_cut_off_or_hostile(client, known):
    cut = ask(client, "pboc/report", known, headers=LEAVE | {"X-Sandbox-Fault": "cut"})
    hostile = ask(client, "pboc/report", known, headers=LEAVE | {"X-Sandbox-Fault": "hostile"})
    strange = ask(client, "phone", known, headers=LEAVE | {"X-Sandbox-Fault": "hostile"}).json()

    assert cut.text.startswith("<?xml")
    assert not cut.text.endswith("</Document>")
    assert "<!ENTITY" in hostile.text
    assert all(isinstance(each, list) for each in strange["data"].values())


def test_each_land_register_knows_its_own_homes_and_both_together_all(client, world):
    owner = world.filter(pl.col("re_cnt") > 1).row(0, named=True)

    def homes(**more):
        told = ask(client, "real-estate", owner, **more).json()["data"]["homes"]
        return {each["unit_no"] for each in told}

    city, county = homes(centre="city"), homes(centre="county")
    assert city | county == homes()
    assert not city & county


def test_two_valuers_differ_but_not_by_much(client, world):
    owner = world.filter(pl.col("re_cnt") == 1).row(0, named=True)

    def value(firm):
        told = ask(client, "valuation", owner, firm=firm).json()["data"]["assessments"]
        return float(told[0]["value"])

    first, second = value("first"), value("second")
    assert first != second
    assert first == pytest.approx(second, rel=0.15)


def test_an_unknown_fault_is_refused(client, known):
    for text in ("explode", "slow:soon", "500:2"):
        answer = ask(client, "tax", known, headers=LEAVE | {"X-Sandbox-Fault": text})

        assert answer.status_code == 400
        assert answer.json()["code"] == "unknown_fault"
    assert client.post("/control/faults", json={"source": "tax"}).status_code == 400


def test_a_fault_lasts_as_often_as_asked(client, known):
    client.post("/control/faults", json={"source": "courts", "fault": "500", "times": 2})

    codes = [ask(client, "courts/cases", known).status_code for _ in range(3)]

    assert codes == [500, 500, 200]


def test_a_lasting_fault_ends_when_it_is_cleared(client, known):
    client.post("/control/faults", json={"source": "pboc", "fault": "500"})
    assert [ask(client, "pboc/report", known).status_code for _ in range(3)] == [500] * 3
    assert ask(client, "tax", known).status_code == 200

    client.delete("/control/faults")

    assert ask(client, "pboc/report", known).status_code == 200
    assert client.get("/control/faults").json() == {"faults": []}


def test_without_a_county_questions_wait_and_a_new_county_is_taken_up(tmp_path):
    with running(tmp_path / "county") as sandbox, httpx.Client(base_url=sandbox.url) as client:
        nobody = {"id_number": "320799190001010010", "name": "无名"}
        assert client.get("/health").json()["county"] is None
        assert ask(client, "tax", nobody).status_code == 503

        make_county(tmp_path / "county", villages=1, customers=60, seed=1)
        assert client.get("/health").json()["county"]["customers"] == 60
        client.post("/v1/core-bank/pay", json=order())

        make_county(tmp_path / "county", villages=1, customers=90, seed=1)
        assert client.get("/health").json()["county"]["customers"] == 90
        assert sandbox.app.bank.payments == []


def test_a_port_in_use_is_said_plainly(served, county):
    port = int(served.url.rsplit(":", 1)[1])

    with pytest.raises(PortTaken, match=str(port)):
        serve(Sandbox(county), host="127.0.0.1", port=port)


def test_every_endpoint_is_described_in_the_handbook(request):
    handbook = (request.config.rootpath / "docs" / "sandbox.md").read_text(encoding="utf-8")

    for endpoint in ENDPOINTS:
        assert f"/v1/{endpoint}" in handbook, endpoint


def test_answers_are_json_in_utf_8(client, known):
    answer = ask(client, "police/identity", known)

    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert json.loads(answer.content)["data"]["person_status"] in ("正常", "死亡", "注销")
