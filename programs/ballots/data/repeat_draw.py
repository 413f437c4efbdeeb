"""Repeats a ballot's draw, with any Python 3 and nothing to install:

python3 repeat_draw.py list.json SECRET DIGITS [numbers of the sessions taken out before the draw] > drawn.csv
"""

import hashlib
import json
import sys
from decimal import Decimal, getcontext
from pathlib import Path


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


getcontext().prec = 50
data = Path(sys.argv[1]).read_bytes()
secret, digits, cancelled = sys.argv[2], sys.argv[3], [int(each) for each in sys.argv[4:]]
published = json.loads(data)
ballot = published["ballot"]
if sha256(secret) != published["commitment"]:
    sys.exit("This is NOT the secret whose SHA-256 was published with the list.")
if not (digits.isascii() and digits.isdigit() and len(digits) == published["digit_count"]):
    sys.exit(f"The source gives {published['digit_count']} digits.")
seed = sha256(f"{secret}|{digits}|{ballot}")
print("The secret is the one that was published as", published["commitment"], file=sys.stderr)
print("Seed:", seed, file=sys.stderr)
print("SHA-256 of the list:", hashlib.sha256(data).hexdigest(), file=sys.stderr)

sessions = {each["session"]: each for each in published["sessions"] if each["session"] not in cancelled}
left = {number: each["places"] for number, each in sessions.items() if each["places"]}
schools = published["schools"]
for s in schools:
    luck = Decimal(int(sha256(f"{seed}|{ballot}|{s['school']}"), 16) + 1) / 2**256
    s["key"], s["wins"], s["left_at"] = -luck.ln() / Decimal(s["weight"]), 0, dict(s["may_win_at"])
    s["classes"] = [e for e in published["entries"] if e["school"] == s["school"]]
    for e in s["classes"]:
        e["ticket"] = sha256(f"{seed}|{ballot}|{e['number']}")
    s["classes"].sort(key=lambda e: (e["ticket"], e["number"]))
schools.sort(key=lambda s: (s["key"], s["school"]))
most = max([len(s["classes"]) for s in schools], default=0)
order = [s["classes"][nth] for nth in range(most) for s in schools if nth < len(s["classes"])]

turn = 1
while any("reason" not in e for e in order):
    for s in schools:
        for e in s["classes"]:
            if "reason" in e or s["wins"] >= turn:
                continue
            alive = [each for each in e["wishes"] if each in left]
            free = [each for each in alive if each not in e["busy"]]
            room = [each for each in free if left[each] >= max(sessions[each]["largest"], e["pupils"])]
            allowed = [each for each in room if s["left_at"].get(sessions[each]["centre_code"], 1) > 0]
            if s["may_win"] is not None and s["wins"] >= s["may_win"]:
                e["reason"] = "school_cap"
            elif allowed:
                won, centre = allowed[0], sessions[allowed[0]]["centre_code"]
                e["reason"], e["won"], s["wins"] = "", won, s["wins"] + 1
                left[won] = 0 if sessions[won]["one_group"] else left[won] - e["pupils"]
                if centre in s["left_at"]:
                    s["left_at"][centre] -= 1
            elif room:
                e["reason"] = "school_limit"
            else:
                e["reason"] = "no_room" if free else "class_busy" if alive else "session_cancelled"
    turn += 1

print("place,number,ticket,session,reason")
for place, e in enumerate(order, 1):
    print(place, e["number"], e["ticket"], e.get("won", ""), e["reason"], sep=",")
