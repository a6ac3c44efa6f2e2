"""The starter library is checked for as long as it is one: once mkdocs.yml names another product, docs/ is an
adopter's."""

import re
from pathlib import Path

CONFIG = Path(__file__).parents[2] / "mkdocs.yml"
OURS = re.search(r"^ +product: Acme$", CONFIG.read_text("utf-8"), re.MULTILINE)

collect_ignore_glob = [] if OURS else ["test_*.py"]
