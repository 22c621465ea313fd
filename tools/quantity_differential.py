"""Reads random texts as quantities with apimachinery and with headway.scaling.hpa, and compares."""

import argparse
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from headway.scaling.hpa import parse, stored

SUFFIXES = (
    "",
    "",
    "",
    *"numkMGTPE",
    "Ki",
    "Mi",
    "Gi",
    "Ti",
    "Pi",
    "Ei",
    "e3",
    "E-3",
    "e-12",
    "e20",
    "e+5",
    "e",
    "x",
    "K",
    "i",
)


def text(pick: random.Random) -> str:
    """Something like a quantity, often at a bound."""
    sign = pick.choice(("", "", "", "-", "+"))
    digits = pick.choice((1, 2, 3, 6, 9, 12, 15, 17, 18, 19, 20, 25))
    whole = "".join(pick.choice("0123456789" if pick.random() < 0.7 else "09") for _ in range(pick.randint(0, digits)))
    part = "." + "".join(pick.choice("0123456789") for _ in range(pick.randint(0, 12))) if pick.random() < 0.4 else ""
    bound = pick.choice((2**63 - 1, 2**63, 2**31, 9223372036854775, 10**18, 1024, 1023))
    if pick.random() < 0.1:
        whole = str(bound + pick.randint(-2, 2))
    return f"{sign}{whole}{part}{pick.choice(SUFFIXES)}"


def ours(quantity: str) -> list[str] | None:
    """The same four figures, or `None` where the text is refused."""
    try:
        first = parse(quantity)
    except ValueError:
        return None
    kept = stored(quantity)
    return [first.canonical(), str(first.milli()), str(kept.milli()), kept.approximate().hex()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binary", type=Path)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--count", type=int, default=100_000)
    asked = parser.parse_args()
    pick = random.Random(asked.seed)
    texts = [text(pick) for _ in range(asked.count)]
    with tempfile.TemporaryDirectory() as folder:
        lines, answers = Path(folder, "lines"), Path(folder, "answers")
        lines.write_text("".join(json.dumps(one) + "\n" for one in texts))
        command = [asked.binary, "-test.run=^TestQuantities$", "-quantities", lines, "-answers", answers]
        subprocess.run(command, check=True, capture_output=True)
        theirs = [json.loads(line) for line in answers.read_text().splitlines()]
    found = []
    for one, real in zip(texts, theirs, strict=True):
        if real is not None and real[3:]:
            real[3] = float.fromhex(real[3]).hex() if real[3] else ""
        if real != ours(one):
            found.append(f"{one!r}: ours {ours(one)}, real {real}")
    refused = sum(real is None for real in theirs)
    print(f"{len(texts)} quantities, {refused} refused by both, {len(found)} differences")
    for difference in found[:20]:
        print(difference, file=sys.stderr)
    raise SystemExit(1 if found else 0)


if __name__ == "__main__":
    main()
