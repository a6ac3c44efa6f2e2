"""Which files of a repository are the product: not its documentation, its tests, or what programs wrote."""

import re
from dataclasses import replace
from functools import lru_cache

from portal.freshness.diffs import Change

NOT_PRODUCT = re.compile(
    r"(^|/)(docs?|documentation|tests?|__tests__|__snapshots__|spec|specs|e2e|cypress|fixtures|testdata|examples?|"
    r"node_modules|vendor|third_party|dist|build|coverage|\.github|\.git|\.circleci|\.vscode|\.idea)/"
    r"|(^|/)(test_[^/]*|[^/]*(_test|\.test|\.spec|_spec)\.\w+|conftest\.py)$"
    r"|(^|/)(CHANGELOG|CHANGES|HISTORY|README|CONTRIBUTING|LICEN[CS]E|AUTHORS|CODEOWNERS|SECURITY)[^/]*$"
    r"|\.(md|mdx|rst|adoc|lock|min\.js|min\.css|map|snap|png|jpe?g|gif|svg|ico|woff2?|ttf|eot|pdf|zip|gz)$"
    r"|(^|/)(package-lock\.json|yarn\.lock|pnpm-lock\.yaml|poetry\.lock|Cargo\.lock|go\.sum|composer\.lock)$",
    re.IGNORECASE,
)


@lru_cache(1 << 14)
def is_product(path: str) -> bool:
    """Whether a file is part of what customers use."""
    return NOT_PRODUCT.search(path) is None


def of_product(change: Change) -> Change:
    """The change without files that are no part of the product."""
    files = tuple(file for file in change.files if is_product(file.path))
    return replace(change, files=files, paths=tuple(path for path in change.paths if is_product(path)))
