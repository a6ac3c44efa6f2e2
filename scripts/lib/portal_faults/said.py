"""What a page tells the customer, in its own words."""

import json
import re
from html.parser import HTMLParser


def said(page: str) -> str:
    """What a page tells the customer: its notices and errors, or its heading and first sentence; of JSON its detail or
    its words for the status. Each request's number is ABCD-1234, so that two runs say the same."""
    if page.startswith("{"):
        found = json.loads(page)
        return str(found.get("detail") or found.get("status", {}).get("description", ""))
    reader = _Reader()
    reader.feed(page)
    told = " ".join(
        text for number, text in enumerate(reader.told) if not any(text in before for before in reader.told[:number])
    )
    told = told or ": ".join([reader.title, *reader.sentences[:1]])
    return re.sub(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", "ABCD-1234", told)


class _Reader(HTMLParser):
    """Gathers the text of alerts and notices that are shown, the heading, and the sentences of paragraphs."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []
        self.sentences: list[str] = []
        self.title = ""
        self._open: list[tuple[str, str, list[str]]] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attributes}
        tells = found.get("role") in {"alert", "status"} or re.search(r"hf-(notice|error)", found.get("class", ""))
        if tag in {"p", "div", "h1"}:
            kind = "hidden" if "hidden" in found else "told" if tells else tag
            self._open.append((tag, kind, []))

    def handle_data(self, data: str) -> None:
        for _, _, texts in self._open:
            texts.append(data)

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1][0] == tag:
            _, kind, texts = self._open.pop()
            text = " ".join("".join(texts).split())
            shown = text and not any(outer == "hidden" for _, outer, _ in self._open)
            if kind == "told" and shown:
                self.told.append(text)
            elif kind == "p" and shown and text.endswith("."):
                self.sentences.append(text)
            elif kind == "h1":
                self.title = text
