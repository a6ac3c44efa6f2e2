"""The product's own walkthroughs are tested for as long as docs/ is ours."""

from tests.starter.conftest import OURS

collect_ignore_glob = [] if OURS else ["test_own_*.py"]
