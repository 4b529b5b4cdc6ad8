"""How the number of a unit is recognised in its usual spellings ("2栋2302", "2号楼2302室", "2-2302"). Pure."""

import re
import unicodedata

_KINDS = re.compile("号楼|单元|栋|幢|座|楼|号|室|房|户|#")
_GROUPS = re.compile(r"[0-9A-Z]+|[^\W0-9A-Z_]+")


def room_key(text: str) -> str:
    """*text* as its groups of digits and letters joined by hyphens: equal for spellings of the same room.

    Words for building, floor, door and the like are left out; other words stay: "东区2栋101" is "东区-2-101".
    """
    plain = unicodedata.normalize("NFKC", text).upper()
    return "-".join(_GROUPS.findall(_KINDS.sub(" ", plain)))
