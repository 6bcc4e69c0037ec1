"""Numbers as policy texts write them in clause labels: 二十一, 一百零三, 二〇二五, 12, １２, ⑫."""

import unicodedata

DIGITS = {
    char: value
    for value, chars in enumerate(("零〇○", "一壹", "二贰两", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"))
    for char in chars
}
UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
NUMERAL = "(?:[0-9０-９]+|[零〇○一二两三四五六七八九十百千]+)"  # matches 二十一 and 12, not 第, 万 or 2一


def parse_number(written: str) -> int | None:
    """Return the value of a number written in digits or Chinese numerals up to thousands, None for anything else.

    >>> parse_number("一百零三"), parse_number("二〇二五"), parse_number("①"), parse_number("统一")
    (103, 2025, 1, None)
    """
    plain = unicodedata.normalize("NFKC", written).strip()
    if not plain:
        return None
    if plain.isascii():
        return int(plain) if plain.isdigit() else None
    if all(char in DIGITS for char in plain):
        return int("".join(str(DIGITS[char]) for char in plain))
    total = digit = 0
    for char in plain:
        if char in DIGITS:
            digit = DIGITS[char]
        elif char in UNITS:
            total += (digit or 1) * UNITS[char]
            digit = 0
        else:
            return None
    return total + digit


def han_number(value: int) -> str:
    """Return a number below ten thousand in Chinese numerals; larger ones stay in digits.

    >>> han_number(12), han_number(48), han_number(103), han_number(1260)
    ('十二', '四十八', '一百零三', '一千二百六十')
    """
    if not 0 < value < 10_000:
        return str(value)
    out, gap = "", False
    for size, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, size)
        if digit:
            out += ("零" if gap and out else "") + "零一二三四五六七八九"[digit] + unit
        gap = not digit
    return out.removeprefix("一") if out.startswith("一十") else out
