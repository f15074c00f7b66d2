"""Writes the payloads that a generated client must parse: `python payloads.py VENDORED DESTINATION`.

They are every valid fixture, and one per event from the future: every object has an unknown property, and every status
is unknown.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def of_tomorrow(value: Any) -> Any:
    """Return the value with what Junction may add: unknown properties, and unknown statuses."""
    if isinstance(value, list):
        return [of_tomorrow(each) for each in value]
    if not isinstance(value, dict):
        return value
    changed = {
        name: "a.status.of_tomorrow" if name == "status" and isinstance(part, str) else of_tomorrow(part)
        for name, part in value.items()
    }
    return changed | {"unknown_property": {"of": "tomorrow"}}


def main(vendored: Path, destination: Path) -> None:
    """Write each payload into the folder of its event, and print how many there are."""
    index = json.loads((vendored / "fixtures/index.json").read_bytes())["payloads"]
    written = 0
    for number, entry in enumerate(index):
        if not entry["strict"] or "#" in entry["schema"]:
            continue
        event_type = Path(entry["schema"]).name.removesuffix(".json")
        folder = destination / event_type
        is_first = not folder.exists()
        folder.mkdir(parents=True, exist_ok=True)
        payload = json.loads((vendored / entry["file"]).read_bytes())
        made = {f"{number:03}": payload} | (
            {f"{number:03}-of-tomorrow": of_tomorrow(payload)} if is_first else {}
        )
        for name, each in made.items():
            (folder / f"{name}.json").write_text(json.dumps(each))
            written += 1
    sys.stdout.write(f"{written}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
