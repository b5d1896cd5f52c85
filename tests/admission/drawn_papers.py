"""Synthetic papers, drawn with the font the house prints with; nobody on them exists."""

import io
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FONT = Path(__file__).resolve().parents[2] / "static" / "fonts" / "NotoSansSC-Regular.ttf"


def paper(*texts, size=(1200, 756), ground="#e9eef2", type_size=44):
    """A paper with these lines on it, as JPEG."""
    picture = Image.new("RGB", size, ground)
    pen, font = ImageDraw.Draw(picture), ImageFont.truetype(str(FONT), type_size)
    for at, text in enumerate(texts):
        pen.text((70, 50 + at * (type_size * 1.9)), text, font=font, fill="#202428")
    held = io.BytesIO()
    picture.save(held, "JPEG", quality=90)
    return held.getvalue()


def card_front(name, number):
    """The side of an ID card with the face."""
    born = f"{number[6:10]} 年 {int(number[10:12])} 月 {int(number[12:14])} 日"
    sex = "女男"[int(number[16]) % 2]
    return paper(
        f"姓名   {name}",
        f"性别   {sex}     民族   汉",
        f"出生   {born}",
        "住址   江苏省灌云县下车镇大港村三组",
        "          12号",
        "",
        f"公民身份号码   {number}",
    )


def card_back(until="2038.03.21"):
    """The side of an ID card with the emblem."""
    return paper(
        "                中华人民共和国",
        "                居民身份证",
        "",
        "签发机关   灌云县公安局",
        f"有效期限   2018.03.21-{until}",
    )


def licence(person):
    """A business licence of one person."""
    return paper(
        "                    营业执照",
        "统一社会信用代码  91350100M000100Y43",
        "名称   灌云县守田农机服务部",
        "类型   个体工商户",
        f"经营者   {person}",
        "注册日期   2018年03月21日",
        "经营场所   灌云县下车镇大港村三组12号",
        "经营范围   农业机械作业服务；谷物销售",
        size=(1400, 900),
    )
