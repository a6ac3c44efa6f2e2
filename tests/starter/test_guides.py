"""The guides' commands fit the repository that the product itself is."""

from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_address_that_the_hosts_guide_replaces_is_in_the_settings() -> None:
    address = "https://help.acme.example/"

    assert f"sed -i 's,{address}," in (ROOT / ".github/guides/hosts.md").read_text("utf-8")
    assert address in (ROOT / "mkdocs.yml").read_text("utf-8")
