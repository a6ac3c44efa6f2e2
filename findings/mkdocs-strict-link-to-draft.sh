#!/usr/bin/env bash
# MkDocs 1.6.1: a strict build publishes a dead link when the page that it leads to is a draft.
#
# `validation.links.not_found: warn` and `strict: true` stop at a link to a page that does not exist. A link to a page
# under `draft_docs`, which is not built either, is only mentioned, at the level INFO: `not_found: warn` does not raise
# that level, strict does not count it, and the site has the link.
# What to do: compare the links of published pages with the drafts, and stop the build.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check mkdocs==1.6.1 2>/dev/null
mkdir docs
printf 'site_name: A\nstrict: true\ndraft_docs: later.md\nvalidation:\n  links:\n    not_found: warn\n' > mkdocs.yml
printf '# Home\n\n[one](one.md)\n' > docs/index.md
printf '# One\n\nSee [later](later.md).\n' > docs/one.md
printf '# Later\n' > docs/later.md

venv/bin/mkdocs --version
build() { code=0; venv/bin/mkdocs build --strict > log 2>&1 || code=$?; echo "strict build: $code"; }
first=$(build)
echo "$first"
grep -o "Doc file 'one.md'.*" log || true
link=$(grep -o 'href="\.\./later/"' site/one/index.html | head -1 | cut -d'"' -f2 || true)
echo "link in the site: $link"
page=$([ -e site/later/index.html ] && echo yes || echo no)
echo "page in the site: $page"
rm docs/later.md
second=$(build)
echo "without the page, $second"
[ "$first" = "strict build: 0" ] && [ "$link" = "../later/" ] && [ "$page" = no ] && [ "$second" = "strict build: 1" ]
