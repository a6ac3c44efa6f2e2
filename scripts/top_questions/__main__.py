"""`python -m scripts.top_questions`."""

import sys

from scripts.lib import piped
from scripts.top_questions import main

sys.exit(piped.run(main))
