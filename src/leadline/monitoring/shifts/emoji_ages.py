"""Ages of emoji: the version of Unicode that brought each, from 9.0 on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class _Version:
    """A version of Unicode, the day it came out, and the emoji that it brought, in ranges."""

    name: str
    day: date
    emoji: str

    def has(self, code: int) -> bool:
        for part in self.emoji.split():
            first, _, last = part.partition("-")
            if int(first, 16) <= code <= int(last or first, 16):
                return True
        return False


# from DerivedAge.txt and emoji-data.txt of the Unicode Character Database 14.0; what that has as
# reserved for emoji came with 15.0 at the earliest
_VERSIONS = (
    _Version(
        "9.0",
        date(2016, 6, 21),
        "1f57a 1f5a4 1f6d1-1f6d2 1f6f4-1f6f6 1f919-1f91e 1f920-1f927 1f930 1f933-1f93a "
        "1f93c-1f93e 1f940-1f945 1f947-1f94b 1f950-1f95e 1f985-1f991",
    ),
    _Version(
        "10.0",
        date(2017, 6, 20),
        "1f6d3-1f6d4 1f6f7-1f6f8 1f91f 1f928-1f92f 1f931-1f932 1f94c 1f95f-1f96b "
        "1f992-1f997 1f9d0-1f9e6",
    ),
    _Version(
        "11.0",
        date(2018, 6, 5),
        "1f6f9 1f7d5-1f7d8 1f94d-1f94f 1f96c-1f970 1f973-1f976 1f97a 1f97c-1f97f "
        "1f998-1f9a2 1f9b0-1f9b9 1f9c1-1f9c2 1f9e7-1f9ff 1fa60-1fa6d",
    ),
    _Version(
        "12.0",
        date(2019, 3, 5),
        "1f6d5 1f6fa 1f7e0-1f7eb 1f90d-1f90f 1f93f 1f971 1f97b 1f9a5-1f9aa 1f9ae-1f9af "
        "1f9ba-1f9bf 1f9c3-1f9ca 1f9cd-1f9cf 1fa00-1fa53 1fa70-1fa73 1fa78-1fa7a "
        "1fa80-1fa82 1fa90-1fa95",
    ),
    _Version(
        "13.0",
        date(2020, 3, 10),
        "1f6d6-1f6d7 1f6fb-1f6fc 1f8b0-1f8b1 1f90c 1f972 1f977-1f978 1f9a3-1f9a4 "
        "1f9ab-1f9ad 1f9cb 1fa74 1fa83-1fa86 1fa96-1faa8 1fab0-1fab6 1fac0-1fac2 "
        "1fad0-1fad6",
    ),
    _Version(
        "14.0",
        date(2021, 9, 14),
        "1f6dd-1f6df 1f7f0 1f979 1f9cc 1fa7b-1fa7c 1faa9-1faac 1fab7-1faba 1fac3-1fac5 "
        "1fad7-1fad9 1fae0-1fae7 1faf0-1faf6",
    ),
    _Version(
        "15.0 or later",
        date(2022, 9, 13),
        "1f6d8-1f6dc 1f6ed-1f6ef 1f6fd-1f6ff 1f774-1f77f 1f7d9-1f7df 1f7ec-1f7ef "
        "1f7f1-1f7ff 1f80c-1f80f 1f848-1f84f 1f85a-1f85f 1f888-1f88f 1f8ae-1f8af "
        "1f8b2-1f8ff 1fa54-1fa5f 1fa6e-1fa6f 1fa75-1fa77 1fa7d-1fa7f 1fa87-1fa8f "
        "1faad-1faaf 1fabb-1fabf 1fac6-1facf 1fada-1fadf 1fae8-1faef 1faf7-1faff",
    ),
)


def younger_than(emoji: str, newest: date) -> str:
    """The version of Unicode that brought an emoji, if it came out after a day; else empty.

    Parameters
    ----------
    emoji : str
        One character; anything else has no age.
    newest : date
        Of the texts that could have held it.

    Examples
    --------
    >>> younger_than("\U0001fae0", date(2020, 1, 1)), younger_than("\U0001fae0", date(2024, 1, 1))
    ('Unicode 14.0, September 2021', '')
    """
    if len(emoji) != 1:
        return ""
    for version in _VERSIONS:
        if version.day > newest and version.has(ord(emoji)):
            return f"Unicode {version.name}, {version.day:%B %Y}"
    return ""
