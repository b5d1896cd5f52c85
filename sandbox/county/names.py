"""Made-up names that sound right for the place and for the year of birth."""

import numpy as np
from numpy.typing import NDArray

from sandbox.county.chance import Flags, Whole

SURNAMES = np.array(
    list(
        "王李张刘陈徐孙周吴朱杨赵马胡高董许韩于潘沈陆汪蒋顾孟卞侍仲惠乔相嵇时穆封伏江尹武"
        "金丁姜范方石姚谭廖邹熊陶戴夏钟田任崔程曹袁邓冯曾彭吕苏卢蔡贾魏薛叶阎余杜唐章梅盛林"
    )
)
"""Commonest first; a surname's frequency falls with its place."""

ERAS = (1958, 1982, 2004)
"""Years of birth at which the fashion in names changes."""

_MALE = (
    ("国志德文永明玉金长广学士克兆恒立树庆怀如", "才山成华仁义财和福贵荣清生祥林田田友春法"),
    ("建军卫海红永志国小晓文春立爱新兴学东成大", "军强勇明华平兵东峰波涛生林国民龙亮飞刚伟"),
    ("浩宇鹏晓志俊文天海子泽家明旭嘉成佳思一永", "杰鹏飞宇磊超翔辰龙阳凯博涛斌轩文健帆洋旭"),
    ("梓子浩宇俊奕沐铭泽辰睿承嘉煜皓景书星言一", "轩涵宇泽睿辰航霖然阳熙铭豪博宸诺安恒洋晨"),
)
_FEMALE = (
    ("桂秀玉兰凤素翠月淑美金银春云巧学克为如怀", "英兰珍芳华梅云霞侠莲香花娥琴萍芹荣芝连凤"),
    ("丽红秀海爱春玉小艳晓建文素学桂永翠月金冬", "霞红梅芳丽娟艳燕玲萍华云敏莉琴娟香静平霞"),
    ("婷雨静晓佳雪梦思丹文欣慧嘉倩心海玉子怡春", "婷静雪娜丽莹敏颖佳琳洁倩瑶怡琪慧蕾丹月妍"),
    ("梓欣子雨诗若思一语沐梦可依佳艺心奕芷书安", "涵萱怡彤妍琪妤瑶晴诺萌悦溪冉桐汐雅朵然宁"),
)
_SINGLE_SHARE = (0.08, 0.30, 0.22, 0.06)
_RARE = "䶮𬭎"


def weights(count: int) -> NDArray[np.float64]:
    """How common the first ``count`` surnames are, falling with rank; sums to one."""
    falling = 1 / (np.arange(count) + 4.0)
    return falling / falling.sum()


def common_surnames(rng: np.random.Generator, count: int) -> Whole:
    """Indexes of ``count`` surnames drawn as they occur in the county."""
    return rng.choice(SURNAMES.size, size=count, p=weights(SURNAMES.size))


def household_surnames(rng: np.random.Generator, village: Whole, dominant: Whole) -> Whole:
    """A surname index for every household head: most bear one of their village's few old names.

    ``dominant`` holds, per village, the surname indexes that founded it, largest clan first.
    """
    old = rng.random(village.size) < 0.68
    clan = np.minimum(rng.geometric(0.5, village.size) - 1, dominant.shape[1] - 1)
    return np.where(old, dominant[village, clan], common_surnames(rng, village.size))


def given_names(rng: np.random.Generator, male: Flags, birth_year: Whole) -> NDArray[np.str_]:
    """A given name for each person, in the fashion of the year of birth.

    A handful carry characters that old systems cannot print, because real rosters do.
    """
    era = np.searchsorted(ERAS, birth_year, side="right")
    names = np.empty(male.size, dtype="<U2")
    for which, (first, second) in enumerate(zip(_MALE, _FEMALE, strict=True)):
        for sex, (heads, tails) in ((True, first), (False, second)):
            chosen = np.flatnonzero((era == which) & (male == sex))
            head = rng.choice(np.array(list(heads)), chosen.size)
            tail = rng.choice(np.array(list(tails)), chosen.size)
            single = rng.random(chosen.size) < _SINGLE_SHARE[which]
            names[chosen] = np.where(single, tail, np.strings.add(head, tail))
    return _with_rare_characters(rng, names)


def _with_rare_characters(rng: np.random.Generator, names: NDArray[np.str_]) -> NDArray[np.str_]:
    bearers = rng.permutation(names.size)[: max(len(_RARE), names.size // 4000)]
    rare = np.array(list(_RARE))[np.arange(bearers.size) % len(_RARE)]
    names[bearers] = rare
    return names
