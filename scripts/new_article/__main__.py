"""`python -m scripts.new_article`."""

import sys

from scripts.lib import piped
from scripts.new_article import main

sys.exit(piped.run(main))
