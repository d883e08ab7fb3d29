"""Salesforce's record ids: 15 characters that mind case, and three more that make them safe where case is lost.

Each of the three tells, for five characters, which are upper case: a number of five bits, the first character lowest.
"""

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_IS_UPPER = str.maketrans({each: "1" if "A" <= each <= "Z" else "0" for each in DIGITS})
POD = "5g"
"""Follows the prefix of a type in every id of this org."""


def check_letters(short: str) -> str:
    """The three characters that follow 15."""
    bits = short.translate(_IS_UPPER)[::-1]
    return LETTERS[int(bits[10:], 2)] + LETTERS[int(bits[5:10], 2)] + LETTERS[int(bits[:5], 2)]


def make_id(prefix: str, number: int) -> str:
    """The id of 18 characters of the record with this number and type."""
    digits = ""
    while number:
        number, digit = divmod(number, 62)
        digits = DIGITS[digit] + digits
    short = prefix + POD + digits.rjust(15 - len(prefix) - len(POD), "0")
    return short + check_letters(short)


def full_id(text: str) -> str | None:
    """An id as 18 characters, whichever form it came in; None for what is no id."""
    if len(text) not in (15, 18) or not text.isascii() or not text.isalnum():
        return None
    short = text[:15]
    if len(text) == 15:
        return short + check_letters(short)
    return _restored(short, text[15:].upper())


def _restored(short: str, check: str) -> str | None:
    """The id with the case that its check letters tell; None if they can't be those of any spelling of it."""
    if any(letter not in LETTERS for letter in check):
        return None
    upper = [bool(LETTERS.index(check[place // 5]) >> place % 5 & 1) for place in range(15)]
    if any(shout and not letter.isalpha() for letter, shout in zip(short, upper, strict=True)):
        return None
    spelled = "".join(letter.upper() if shout else letter.lower() for letter, shout in zip(short, upper, strict=True))
    return spelled + check
