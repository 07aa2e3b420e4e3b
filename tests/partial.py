"""One template rendered alone, as part of a page that holds nothing else."""

import re
import shutil
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from synthetic import TEMPLATES

from pipeline import report

PAGE = """{{% from "macros.html.j2" import heading with context %}}
<body>{{{{ heading(2, "part", "Part") }}}}{{% include "{template}" %}}</body>"""


def render(folder: Path, template: str, **context: Any) -> str:
    """The HTML of a template of templates/ where `report` has the given attributes; works in a new folder."""
    templates = folder / "templates"
    if not templates.exists():
        shutil.copytree(TEMPLATES, templates)
    (templates / "report.html.j2").write_text(PAGE.format(template=template))
    page: Any = SimpleNamespace(speed=None, **context)
    return report.render(page, templates, "screen")


def words(html: str) -> str:
    """Its text on one line, tables and sources left out."""
    body = re.sub(r"<(svg|table|details)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", "", body)).replace("\u00a0", " ").split())
