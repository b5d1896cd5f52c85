"""The field's words, and what each is called here."""

ROLES = {
    "户主": "head", "本人": "head", "配偶": "spouse", "妻子": "spouse", "妻": "spouse",
    "丈夫": "spouse", "夫": "spouse", "子女": "child", "子": "child", "女": "child",
    "儿子": "child", "女儿": "child", "长子": "child", "次子": "child", "三子": "child",
    "长女": "child", "次女": "child", "三女": "child", "养子": "child", "养女": "child",
    "父母": "parent", "父亲": "parent", "母亲": "parent", "父": "parent", "母": "parent",
    "公公": "parent", "婆婆": "parent", "岳父": "parent", "岳母": "parent",
    "其他成员": "other", "其他": "other", "其它": "other", "儿媳": "other", "媳妇": "other",
    "女婿": "other", "孙媳": "other", "曾孙": "other", "祖父": "other", "祖母": "other",
    "侄子": "other", "侄女": "other",
    "孙子女": "grand", "孙子": "grand", "孙女": "grand", "外孙": "grand", "外孙子": "grand",
    "外孙女": "grand", "外孙子女": "grand",
    "兄弟姐妹": "sibling", "兄弟": "sibling", "姐妹": "sibling", "哥哥": "sibling",
    "弟弟": "sibling", "姐姐": "sibling", "妹妹": "sibling",
}  # fmt: skip

IN_LAWS = {"儿媳": "female", "媳妇": "female", "女婿": "male"}
"""Roles that say more than the other members': who is married to the only child who can be meant,
and of which sex they are."""

SEXES = {"男": "male", "女": "female", "1": "male", "2": "female", "男性": "male", "女性": "female"}

STATES = {
    "本村常住": "living", "常住": "living", "在家": "living", "在村": "living", "正常": "living",
    "本地非本村": "away", "外出务工": "away", "外出": "away", "在外": "away",
    "空挂户": "moved", "空挂": "moved", "迁出": "moved", "已迁出": "moved",
    "死亡": "died", "去世": "died", "已故": "died", "注销": "died",
}  # fmt: skip

TIES = {
    "亲属": "kin", "亲戚": "kin", "近亲": "kin", "近亲属": "kin",
    "担保": "guarantor", "担保人": "guarantor", "互保": "guarantor",
    "合伙": "partner", "合伙人": "partner", "生意伙伴": "partner",
    "夫妻": "spouse", "配偶": "spouse", "夫妇": "spouse",
}  # fmt: skip

ENDED = {
    "解除": "", "解除关系": "", "解除亲属": "kin", "解除担保": "guarantor", "担保解除": "guarantor",
    "解除互保": "guarantor", "解除合伙": "partner", "合伙解除": "partner",
    "离婚": "spouse", "离异": "spouse", "解除婚姻": "spouse",
}  # fmt: skip
"""Words that end a tie, and of which kind; every kind where they name none."""

LISTS = {
    "白": "white", "白名单": "white", "灰": "grey", "灰名单": "grey",
    "黑": "black", "黑名单": "black", "移出": "", "解除": "",
}  # fmt: skip
