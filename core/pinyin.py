"""How Chinese is spelled, for finding a choice by typing `wlzl` or `wangluo` for 网络质量."""

from __future__ import annotations

import os
import re
import unicodedata
from functools import cache, lru_cache
from typing import Any

_PIECES = re.compile(r"[a-z0-9]+|[\u3400-\u4dbf\u4e00-\u9fff]")


@lru_cache(maxsize=8192)
def spelled(text: str) -> str:
    """The syllables of a text in order, with every reading of a character: 重庆4G → `zhong|chong|tong qing 4g`.

    Words and numbers stand as they are, in small letters; whatever else there is falls away.
    """
    pieces = _PIECES.findall(unicodedata.normalize("NFKC", text).lower())
    return " ".join(piece if piece.isascii() else "|".join(_readings(piece)) for piece in pieces)


def _readings(character: str) -> list[str]:
    pypinyin = _library()
    found: list[list[str]] = pypinyin.pinyin(character, style=pypinyin.Style.NORMAL, heteronym=True)
    return found[0]


@cache
def _library() -> Any:
    # Its table of phrases costs each process 45 MB and would only tell which reading is meant; typing finds any.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
    import pypinyin

    return pypinyin
