"""`python -m scripts.format_articles`."""

import sys

from scripts.format_articles import main
from scripts.lib import piped

sys.exit(piped.run(main))
