"""Amounts in words, as Chinese contracts write them: 伍万元整."""

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿", "万亿")


def in_words(fen: int) -> str:
    """``fen`` in words: whole yuan end in 整; ValueError below zero."""
    if fen < 0:
        raise ValueError("A contract does not lend less than nothing.")
    yuan, rest = divmod(fen, 100)
    jiao, cents = divmod(rest, 10)
    whole = f"{_whole(yuan)}元" if yuan or not rest else ""
    if not rest:
        return f"{whole}整"
    gap = "零" if yuan and not jiao else ""
    parts = f"{DIGITS[jiao]}角" if jiao else gap
    return f"{whole}{parts}{DIGITS[cents]}分" if cents else f"{whole}{parts}整"


def _whole(yuan: int) -> str:
    if yuan == 0:
        return DIGITS[0]
    groups, words = [], ""
    while yuan:
        yuan, group = divmod(yuan, 10_000)
        groups.append(group)
    for place in reversed(range(len(groups))):
        group = groups[place]
        is_first = not words
        if not group:
            continue
        skipped = not is_first and (group < 1_000 or not groups[place + 1])
        words += ("零" if skipped else "") + _group(group) + GROUPS[place]
    return words


def _group(group: int) -> str:
    """A number below ten thousand, without leading zeros."""
    words, zero = "", False
    for place in reversed(range(4)):
        digit = group // 10**place % 10
        if digit:
            words += ("零" if zero and words else "") + DIGITS[digit] + PLACES[place]
            zero = False
        else:
            zero = True
    return words
