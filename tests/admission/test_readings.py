"""From recognised lines to fields, without a picture and without a font."""

import pytest
from PIL import Image, ImageDraw, ImageFilter

from admission.readings import KINDS, Line, NoText, PoorPicture, WrongPaper, quality, read
from admission.readings.fields import credit_code_holds, day_in, id_number_holds, yuan_in

NUMBER = "320799198005170015"


def lines(*texts, sure=0.98):
    """Lines one below the other, as a recogniser gives them."""
    return [
        Line(text, sure, (40.0, 40.0 + 60 * at, 40.0 + 30 * len(text), 80.0 + 60 * at))
        for at, text in enumerate(texts)
    ]


def fields(kind, found):
    return {each.name: each for each in read(kind, found)}


def with_check(body):
    """The number of a body of seventeen digits."""
    return next(body + last for last in "0123456789X" if id_number_holds(body + last))


GOOD = with_check(NUMBER[:17])
FRONT = (
    "姓名王守田",
    "性别男民族汉",
    "出生1980年5月17日",
    "住址 江苏省灌云县下车镇大港村",
    "三组12号",
    f"公民身份号码{GOOD}",
)
LICENCE = (
    "营业执照",
    "统一社会信用代码 92320723MA1XYABC2T",
    "名称 灌云县下车镇守田农机服务部",
    "类型 个体工商户",
    "经营者 王守田",
    "注册日期 2018年03月21日",
    "经营场所 灌云县下车镇大港村三组12号",
    "经营范围 农业机械作业服务；农业机械",
    "维修；谷物销售。",
    "登记机关",
)
HOUSE = (
    "苏（2019）灌云县不动产权第0001234号",
    "权利人 王守田、李秀英",
    "共有情况 共同共有",
    "坐落 灌云县伊山镇幸福路8号3幢201室",
    "不动产单元号 320723001001GB00001F00010201",
    "用途 城镇住宅用地/住宅",
    "面积 房屋建筑面积118.62㎡",
)
STATEMENT = (
    "灌云农村商业银行交易明细",
    "户名 王守田 账号 6230****4821",
    "2026-01-01 至 2026-06-30",
    "收入合计 86,420.50",
    "支出合计 61,205.00",
    "账户余额 25,215.50",
)


def taken(turn, upright):
    """The same lines on a picture that was taken turned by so many degrees, clockwise."""
    far, low = max(each.box[2] for each in upright), max(each.box[3] for each in upright)
    places = {
        0: lambda left, top, right, bottom: (left, top, right, bottom),
        90: lambda left, top, right, bottom: (low - bottom, left, low - top, right),
        180: lambda left, top, right, bottom: (far - right, low - bottom, far - left, low - top),
        270: lambda left, top, right, bottom: (top, far - right, bottom, far - left),
    }
    return [Line(each.text, each.confidence, places[turn](*each.box)) for each in upright]


@pytest.mark.parametrize("turn", [90, 180, 270])
@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        ("id_card_front", FRONT),
        ("id_card_back", ("中华人民共和国", "居民身份证", "签发机关 灌云县公安局",
                          "有效期限 2018.03.21-2038.03.21")),
        ("business_licence", LICENCE),
        ("property_certificate", HOUSE),
        ("bank_statement", STATEMENT),
    ],
)  # fmt: skip
def test_a_picture_taken_turned_says_the_same(kind, texts, turn):
    as_printed = {name: each.value for name, each in fields(kind, lines(*texts)).items()}

    told = fields(kind, taken(turn, lines(*texts)))

    assert {name: each.value for name, each in told.items()} == as_printed


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_label_apart_from_its_value_is_read_with_it_on_a_turned_picture(turn):
    apart = [
        Line("姓名", 0.99, (40, 40, 100, 80)),
        Line("王守田", 0.91, (130, 42, 260, 82)),
        *lines(*FRONT)[1:],
    ]

    assert fields("id_card_front", taken(turn, apart))["name"].value == "王守田"


class TestAnIdCard:
    def test_the_front_says_who_and_where(self):
        found = fields("id_card_front", lines(*FRONT))

        assert {name: each.value for name, each in found.items()} == {
            "name": "王守田",
            "sex": "男",
            "nation": "汉",
            "born_on": "1980-05-17",
            "address": "江苏省灌云县下车镇大港村三组12号",
            "id_number": GOOD,
        }
        assert all(each.confidence == 0.98 and not each.doubt for each in found.values())

    def test_a_label_apart_from_its_value_is_read_with_it(self):
        apart = [
            Line("姓名", 0.99, (40, 40, 100, 80)),
            Line("王守田", 0.91, (130, 42, 260, 82)),
            *lines(*FRONT)[1:],
        ]

        name = fields("id_card_front", apart)["name"]

        assert (name.value, name.confidence, name.phrase) == ("王守田", 0.91, "姓名 王守田")

    def test_a_number_whose_last_character_is_wrong_is_doubted(self):
        wrong = GOOD[:17] + ("0" if GOOD[17] != "0" else "1")

        number = fields("id_card_front", lines(*FRONT[:5], f"公民身份号码{wrong}"))["id_number"]

        assert (number.value, number.doubt) == (wrong, "check_digit")
        assert number.confidence < 0.5

    @pytest.mark.parametrize(
        ("line", "text", "name"),
        [(2, "出生1981年5月17日", "born_on"), (1, "性别女民族汉", "sex")],
    )
    def test_what_contradicts_the_number_is_doubted(self, line, text, name):
        told = [*FRONT]
        told[line] = text

        assert fields("id_card_front", lines(*told))[name].doubt == "differs_from_number"

    def test_a_field_that_is_not_there_is_empty_and_sure_of_nothing(self):
        found = fields("id_card_front", lines("姓名王守田", "民族汉", f"公民身份号码{GOOD}"))

        assert (found["address"].value, found["address"].confidence) == ("", 0.0)

    @pytest.mark.parametrize(
        ("printed", "until"), [("2015.03.02-2035.03.02", "2035-03-02"), ("2015.03.02-长期", "长期")]
    )
    def test_the_back_says_until_when(self, printed, until):
        back = lines("居民身份证", "签发机关 灌云县公安局", f"有效期限 {printed}")

        found = fields("id_card_back", back)

        assert found["issuer"].value == "灌云县公安局"
        assert (found["valid_from"].value, found["valid_to"].value) == ("2015-03-02", until)


def test_a_licence_says_what_is_done_where():
    found = fields("business_licence", lines(*LICENCE))

    assert found["name"].value == "灌云县下车镇守田农机服务部"
    assert found["person"].value == "王守田"
    assert found["since"].value == "2018-03-21"
    assert found["place"].value == "灌云县下车镇大港村三组12号"
    assert found["scope"].value == "农业机械作业服务；农业机械维修；谷物销售。"
    assert found["credit_code"].value == "92320723MA1XYABC2T"


def test_a_credit_code_with_a_wrong_sign_is_doubted():
    assert credit_code_holds("91350100M000100Y43")
    assert not credit_code_holds("91350100M000100Y44")

    code = "91350100M000100Y44"
    found = fields("business_licence", lines(LICENCE[0], f"统一社会信用代码 {code}", *LICENCE[2:]))
    assert found["credit_code"].doubt == "check_digit"


def test_a_property_certificate_says_whose_and_how_large():
    found = fields("property_certificate", lines(*HOUSE))

    assert found["certificate"].value == "苏（2019）灌云县不动产权第0001234号"
    assert found["holder"].value == "王守田、李秀英"
    assert found["place"].value == "灌云县伊山镇幸福路8号3幢201室"
    assert found["area"].value == "118.62"


class TestAStatement:
    def test_it_says_what_came_in(self):
        found = fields("bank_statement", lines(*STATEMENT))

        assert found["bank"].value.endswith("银行")
        assert (found["holder"].value, found["account"].value) == ("王守田", "4821")
        assert (found["from"].value, found["to"].value) == ("2026-01-01", "2026-06-30")
        assert (found["paid_in"].value, found["paid_out"].value) == ("86420.50", "61205.00")
        assert found["balance"].value == "25215.50"

    def test_how_many_came_in_is_not_what_came_in(self):
        counted = [each.replace("合计 ", "合计：12笔，") for each in STATEMENT]

        found = fields("bank_statement", lines(*counted))

        assert (found["paid_in"].value, found["paid_out"].value) == ("86420.50", "61205.00")

    def test_without_a_total_the_movements_are_added_up_and_less_sure(self):
        moved = ["2026-03-01 收粮款 +12,000.00", "2026-03-05 化肥 -3,200.00", "2026-04-02 +800.50"]

        found = fields("bank_statement", lines(*STATEMENT[:2], *moved, "余额 9,600.50"))

        assert (found["paid_in"].value, found["paid_out"].value) == ("12800.50", "3200.00")
        assert found["paid_in"].confidence < 0.7


class TestWhatCannotBeRead:
    def test_a_paper_of_another_kind_is_named(self):
        with pytest.raises(WrongPaper) as refused:
            read("id_card_front", lines(*LICENCE))
        assert refused.value.code == "business_licence"

    def test_the_wrong_side_of_a_card_is_named(self):
        with pytest.raises(WrongPaper) as refused:
            read("id_card_front", lines("居民身份证", "签发机关 灌云县公安局", "有效期限 长期"))
        assert refused.value.code == "id_card_back"

    def test_any_other_paper_is_other(self):
        with pytest.raises(WrongPaper) as refused:
            read("id_card_front", lines("今天晚上村里放电影请大家七点到"))
        assert refused.value.code == "other"

    @pytest.mark.parametrize("found", [[], lines("王")])
    def test_nothing_to_read_is_said(self, found):
        with pytest.raises(NoText):
            read("id_card_front", found)


def chequered(size=(1000, 630)):
    picture = Image.new("L", size, 200)
    pen = ImageDraw.Draw(picture)
    for x in range(20, size[0], 40):
        pen.rectangle((x, 20, x + 14, size[1] - 20), fill=40)
    return picture


@pytest.mark.parametrize(
    ("spoilt", "code"),
    [
        (lambda picture: picture.resize((320, 200)), "too_small"),
        (lambda picture: picture.point(lambda grey: grey // 12), "too_dark"),
        (lambda picture: Image.new("L", picture.size, 254), "too_bright"),
        (lambda picture: picture.filter(ImageFilter.GaussianBlur(18)), "blurred"),
    ],
)
def test_a_picture_not_worth_reading_says_why(spoilt, code):
    quality.check(quality.Quality.of(chequered()))

    with pytest.raises(PoorPicture) as refused:
        quality.check(quality.Quality.of(spoilt(chequered())))
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026年3月1日", "2026-03-01"),
        ("2026.03.01", "2026-03-01"),
        ("2026-02-30", ""),
        ("三月", ""),
    ],
)
def test_a_day_is_read_only_where_it_exists(text, day):
    assert day_in(text) == day


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("￥1,234.50", "1234.50"),
        ("3.5万", "35000.00"),
        ("12笔 86,420.50元", "86420.50"),
        ("共8次，61,205.00", "61205.00"),
        ("12笔", ""),
        ("无", ""),
    ],
)
def test_an_amount_is_read_in_yuan(text, yuan):
    assert yuan_in(text) == yuan


def test_every_kind_reads_the_fields_it_declares():
    samples = {
        "id_card_front": FRONT,
        "id_card_back": ("居民身份证", "签发机关 某县公安局", "有效期限 2015.03.02-长期"),
        "business_licence": LICENCE,
        "property_certificate": HOUSE,
        "bank_statement": STATEMENT,
    }
    for name, kind in KINDS.items():
        found = read(name, lines(*samples[name]))
        assert tuple(each.name for each in found) == kind.fields
        assert set(kind.needed) <= set(kind.fields)
