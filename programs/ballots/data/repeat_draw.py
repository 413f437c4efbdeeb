"""Repeats a ballot's draw: python3 repeat_draw.py list.json SEED > drawn.csv   (any Python 3, nothing to install)"""

import hashlib
import json
import sys
from decimal import Decimal, getcontext
from pathlib import Path

getcontext().prec = 50
data = Path(sys.argv[1]).read_bytes()
seed = sys.argv[2]
print("SHA-256 of the list:", hashlib.sha256(data).hexdigest(), file=sys.stderr)
published = json.loads(data)
left = {each["session"]: each["places"] for each in published["sessions"]}
alone = {each["session"] for each in published["sessions"] if each["one_group"]}
entries = published["entries"]
for e in entries:
    e["ticket"] = hashlib.sha256(f"{seed}|{e['number']}".encode()).hexdigest()
    e["key"] = -(Decimal(int(e["ticket"], 16) + 1) / 2**256).ln() / Decimal(e["weight"])
entries.sort(key=lambda e: (e["key"], e["number"]))
wins, classes, turn, waiting = {}, set(), 1, entries
while waiting:
    later = []
    for e in waiting:
        school, mine = e["school"], wins.get(e["school"], 0)
        if e["may_win"] is not None and mine >= e["may_win"]:
            e["reason"] = "school_cap"
        elif e["group"] in classes:
            e["reason"] = "class_has_place"
        elif e["busy"]:
            e["reason"] = "class_busy"
        elif e["pupils"] > left[e["session"]]:
            e["reason"] = "no_room"
        elif mine >= turn:
            later.append(e)
        else:
            e["reason"], wins[school] = "", mine + 1
            classes.add(e["group"])
            left[e["session"]] = 0 if e["session"] in alone else left[e["session"]] - e["pupils"]
    waiting, turn = later, turn + 1
print("place,number,ticket,won,reason")
for place, e in enumerate(entries, 1):
    print(place, e["number"], e["ticket"], "no" if e["reason"] else "yes", e["reason"], sep=",")
