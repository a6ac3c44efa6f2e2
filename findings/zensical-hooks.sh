#!/usr/bin/env bash
# Zensical 0.0.73: `build --strict` of a MkDocs project ends with 0 and without a word, and leaves its hooks out, and
# plugins that it does not know.
#
# MkDocs 1.6.1 builds this project with the hook's page and text, and refuses a plugin that is not installed. Zensical
# reads the same mkdocs.yml, says "No issues found", and writes pages without what the hook adds; a plugin that does not
# exist anywhere changes nothing either, nor does a hook whose file is missing. A green build in CI then proves nothing
# about a move.
# What to do: build with both, and compare the files.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check zensical==0.0.73 mkdocs-material==9.7.6 mkdocs==1.6.1 2>/dev/null
cd "$folder"
mkdir docs
printf '# Home\n\nHello.\n' > docs/index.md
printf 'from mkdocs.structure.files import File\n\n\ndef on_files(files, config):\n    files.append(File.generated(config, "made.md", content="# Made by a hook"))\n    return files\n\n\ndef on_page_markdown(markdown, **_):\n    return markdown + "\\n\\nAdded by a hook.\\n"\n' > hook.py
config='site_name: A\ntheme: {name: material}\nhooks: [hook.py]\n'
printf "$config" > mkdocs.yml
export NO_MKDOCS_2_WARNING=1
venv/bin/mkdocs build --quiet --strict --site-dir by-mkdocs
printf "${config}plugins: [no-such-plugin-anywhere]\n" > mkdocs.yml
if venv/bin/mkdocs build --quiet --strict --site-dir refused 2>/dev/null; then echo "MkDocs took the plugin"; exit 1; fi
sed -i 's/hook.py/no-such-hook.py/' mkdocs.yml
code=0; venv/bin/zensical build --strict > said 2>&1 || code=$?
echo "MkDocs: $(find by-mkdocs -name made -type d | wc -l) page made, added text on $(grep -rl 'Added by a hook' by-mkdocs --include=*.html | wc -l) pages"
echo "Zensical: code $code, $(grep -c 'No issues found' said) times \"No issues found\", $(find site -name made -type d | wc -l) page made, added text on $(grep -rl 'Added by a hook' site --include=*.html | wc -l) pages, the plugin named $(grep -c no-such-plugin said || true) times, the hook $(grep -c no-such-hook said || true) times"
[ "$code" = 0 ] && [ ! -e site/made ] && ! grep -rq 'Added by a hook' site --include=*.html && grep -q Hello site/index.html && ! grep -q no-such said
