"""The settings in mkdocs.yml under `extra.portal`, and the messages about mistakes in them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self, get_args

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from portal import account as accounts
from portal import mistakes, yaml_lines
from portal.addresses import checked
from portal.errors import ContentError, absent, suggestion
from portal.urls import is_safe, why_unsafe

WHERE = ("extra", "portal")
# Addresses of the portal itself: a folder of articles with such a name would collide with them.
RESERVED = frozenset(["api", "my", "ask", "search", "status", "changelog", "feedback", "unavailable", "assets"])
# A request about none of the topics has this one (functions/tickets/form.py).
OTHER = "other"
TAKEN = 'is what the contact form calls "Something else": rename the folder, in docs/ as well'


def _address(text: str) -> str:
    address = checked(text)
    if address is None:
        raise ValueError("not an email address")
    return address


def _colour(text: str) -> str:
    short = re.fullmatch(r"#([0-9a-f])([0-9a-f])([0-9a-f])", text)
    if short:
        return "#" + "".join(digit * 2 for digit in short.groups())
    if not re.fullmatch(r"#[0-9a-f]{6}", text):
        raise ValueError("not a colour")
    return text


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Address = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_address)]
Colour = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True), AfterValidator(_colour)]
Url = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^(https?://|mailto:|/)\S*$")]
Page = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^https://[^\s<>]+$")]
# What pages may load from hosts that a writer names (portal/assets/policy.py).
Directive = Literal["script-src", "style-src", "img-src", "media-src", "font-src", "connect-src", "frame-src"]
Origin = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^https://[^\s;,'/]+$")]
Days = Annotated[int, Field(ge=1, le=3650)]
A_URL = "a URL that starts with https://, http://, mailto: or /"


class Part(BaseModel):
    """A group of settings; an unknown key is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Link(Part):
    """A named link."""

    title: Text = Field(description="the words of the link")
    url: Url = Field(description=A_URL)


class Topic(Part):
    """A group of articles: one folder of docs/."""

    id: Annotated[str, StringConstraints(pattern=r"^[^/\\\s][^/\\]*$")] = Field(
        description="the name of a folder in docs/"
    )
    title: Text = Field(description="the topic's name, as customers read it")
    icon: Annotated[str, StringConstraints(pattern=r"^[\w-]+(/[\w-]+)+$")] | None = Field(
        default=None, description="the name of one of Material's icons, such as material/credit-card-outline"
    )
    description: Text | None = Field(default=None, description="a line on what the topic is about")
    sections: dict[str, Text] = Field(
        default_factory=dict, description="folders inside the topic's, each with the sub-heading that customers read"
    )
    routine: bool = Field(default=False, description="true when customers can do this without us, otherwise false")
    review_days: Days | None = Field(default=None, description="a number of days: how long a review lasts here")

    @model_validator(mode="after")
    def _is_free(self) -> Self:
        if self.id in RESERVED:
            raise PydanticCustomError("reserved", "'{id}' is an address of the portal itself", {"id": self.id})
        if self.id == OTHER:
            raise PydanticCustomError("reserved", "'{id}' {taken}", {"id": self.id, "taken": TAKEN})
        return self


class Parts(Part):
    """The parts of the portal that are switched on."""

    articles: bool = Field(default=True, description="true or false")
    status: bool = Field(default=True, description="true or false")
    billing: bool = Field(default=True, description="true or false")
    tickets: bool = Field(default=True, description="true or false")
    account: bool = Field(default=True, description="true or false")
    community: bool = Field(default=False, description="true or false")
    changelog: bool = Field(default=True, description="true or false")


class Community(Part):
    """What an adopter must answer before the community is switched on, and the links to it."""

    where: Text = Field(description="a sentence: where customers already discuss your product")
    moderators: Text = Field(description="a sentence: who moderates, and how many hours a week")
    unanswered: Text = Field(description="a sentence: what happens to a question that nobody answers")
    closes: Text = Field(description="a sentence: when you would close it again")
    links: list[Link] = Field(
        min_length=1, description="a list of links (title, url) to the forum, chat or discussions"
    )


class AccountCard(Part):
    """One card of the account page."""

    url: Text | None = Field(default=None, description="an https:// address where this is done")
    article: Text | None = Field(default=None, description="the id of the article that explains it")
    hidden: bool = Field(default=False, description="true to leave the card out, otherwise false")

    @model_validator(mode="after")
    def _is_an_address(self) -> Self:
        wrong = accounts.fault(self.url) if self.url else None
        if wrong:
            raise PydanticCustomError("account", "'{url}' cannot be used: {wrong}", {"url": self.url, "wrong": wrong})
        return self


class AccountCards(Part):
    """The cards of the account page that differ from the provider's own."""

    password: AccountCard | None = Field(default=None, description="url, article and hidden")
    profile: AccountCard | None = Field(default=None, description="url, article and hidden")
    two_factor: AccountCard | None = Field(default=None, description="url, article and hidden")
    lost_device: AccountCard | None = Field(default=None, description="url, article and hidden")
    team: AccountCard | None = Field(default=None, description="url, article and hidden")
    roles: AccountCard | None = Field(default=None, description="url, article and hidden")
    company_sign_in: AccountCard | None = Field(default=None, description="url, article and hidden")
    sessions: AccountCard | None = Field(default=None, description="url, article and hidden")
    notifications: AccountCard | None = Field(default=None, description="url, article and hidden")
    export: AccountCard | None = Field(default=None, description="url, article and hidden")
    delete: AccountCard | None = Field(default=None, description="url, article and hidden")


class Account(Part):
    """Where customers change their account in your product."""

    provider: Literal["keycloak", "auth0", "okta", "cognito", "clerk", "workos", "canaille"] | None = Field(
        default=None, description=f"one of: {', '.join(accounts.PROVIDERS)}; or leave it out and give each card a url"
    )
    at: Annotated[str, StringConstraints(strip_whitespace=True)] | None = Field(
        default=None, description="the provider's address, with https://"
    )
    cards: AccountCards = Field(default=AccountCards(), description=f"names of cards: {', '.join(accounts.CARDS)}")

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if self.at is not None and not is_safe(self.at):
            raise PydanticCustomError("account", "at {why}", {"why": why_unsafe(self.at)})
        wanted = accounts.PROVIDERS[self.provider].at if self.provider else ""
        used = any("{at}" in (card.get("url") or "") for card in self.cards.model_dump(exclude_none=True).values())
        if (wanted or used) and not self.at:
            what = wanted or "the address that {at} stands for"
            raise PydanticCustomError("account", "give at as well: {what}", {"what": what})
        return self


class Facts(Part):
    """What articles say of your company; they say nothing of what stands empty here."""

    support_hours: Text | None = Field(default=None, description="when people answer: Monday to Friday, 9:00 to 17:00")
    phone: Text | None = Field(default=None, description="a telephone number for customers")
    trial: Text | None = Field(default=None, description="a sentence or two: how long a trial is, and how it ends")
    refunds: Text | None = Field(default=None, description="a sentence or two: when you give money back")
    purchase_orders: Text | None = Field(
        default=None, description="a sentence: from which amount you accept purchase orders or bank transfers"
    )
    data_kept: Text | None = Field(
        default=None, description="for how long you keep data after a plan has ended: 90 days"
    )
    privacy_email: Address | None = Field(default=None, description="an email address for personal data")
    security_email: Address | None = Field(
        default=None, description="an email address for reports of security problems"
    )
    security_page: Page | None = Field(
        default=None, description="an https:// address: the page with your certificates, tests and agreements"
    )
    senders: Text | None = Field(default=None, description="where your emails come from: any address at acme.example")
    browsers: Text | None = Field(default=None, description="the browsers that your product works in")


class Freshness(Part):
    """How articles are kept true."""

    notice: bool = Field(default=False, description="true to tell readers that an article is being checked")
    review_days: Days = Field(default=180, description="a number of days after which an article is due for a review")


Level = Literal["error", "warning", "advice", "off"]
# The rules of portal/articles/writing again, as a type takes no variables; a test compares the two.
WritingRule = Literal[
    "file", "markdown", "link", "external", "duplicate", "near-duplicate", "copied-question", "overdue", "term",
    "picture-size", "title", "answer-first", "steps", "no-link", "orphan", "long-sentence", "hard-words", "passive",
    "filler", "wordy",
]  # fmt: skip


class Writing(Part):
    """What writers are told about their articles."""

    levels: dict[WritingRule, Level] = Field(
        default_factory=dict, description="names of rules, each error, warning, advice or off (in quotes)"
    )
    sentence: int = Field(default=35, ge=10, le=200, description="the most words of a sentence, from 10 to 200")
    grade: int = Field(default=12, ge=4, le=30, description="the most years of school that a text asks for, 4 to 30")

    @model_validator(mode="before")
    @classmethod
    def _reads_off(cls, data: Any) -> Any:
        levels = data.get("levels") if isinstance(data, dict) else None
        if isinstance(levels, dict):
            # YAML takes `off` without quotes for false.
            return data | {"levels": {rule: "off" if level is False else level for rule, level in levels.items()}}
        return data


class Announcement(Part):
    """A line above every page, up to a day."""

    text: Text = Field(description="a sentence")
    until: date = Field(description="the last day on which it is shown, such as 2026-12-31")
    url: Url | None = Field(default=None, description=A_URL)


class FooterColumn(Part):
    """Links under a heading, at the bottom of every page."""

    title: Text = Field(description="the column's heading")
    links: list[Link] = Field(min_length=1, description="a list of links (title, url)")


class Brand(Part):
    """What makes the portal look like yours; every path begins at mkdocs.yml."""

    logo: Text | None = Field(default=None, description="the path of a picture, such as custom/logo.svg")
    logo_dark: Text | None = Field(default=None, description="the path of the logo for dark colours")
    name_in_logo: bool = Field(default=False, description="true when the logo has the product's name in it")
    favicon: Text | None = Field(default=None, description="the path of an SVG, PNG or ICO file")
    accent: Colour | None = Field(default=None, description='a colour such as "#0b57d0", with its quotes')
    accent_dark: Colour | None = Field(default=None, description='the colour on dark pages, such as "#a8c7fa"')
    radius: int | None = Field(default=None, ge=0, le=24, description="a number from 0 to 24: pixels of round corners")
    font: Text | None = Field(default=None, description="the path of a WOFF2 file")
    font_bold: Text | None = Field(default=None, description="the path of a WOFF2 file for bold text")
    word: Text | None = Field(default=None, description="the word after the product's name")
    announcement: Announcement | None = Field(default=None, description="text, until and url")
    footer: list[FooterColumn] = Field(default_factory=list, max_length=4, description="up to 4 columns (title, links)")
    picture: Text | None = Field(default=None, description="the path of a PNG or JPEG file, 1200 by 630")

    @model_validator(mode="before")
    @classmethod
    def _has_its_quotes(cls, data: Any) -> Any:
        for name in ("accent", "accent_dark") if isinstance(data, dict) else ():
            if name in data and data[name] is None:
                # YAML takes `accent: #0b57d0` for a comment.
                raise PydanticCustomError(
                    "brand", '{name} is empty: write the colour in quotes, "#0b57d0"', {"name": name}
                )
        return data

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        for needs, other in (("logo_dark", "logo"), ("accent_dark", "accent"), ("font_bold", "font")):
            if getattr(self, needs) and not getattr(self, other):
                raise PydanticCustomError("brand", "give {other} as well as {needs}", {"other": other, "needs": needs})
        return self


class Settings(Part):
    """Everything under `extra.portal`."""

    product: Text = Field(description="the name of your product")
    support_email: Address = Field(description="an email address that people read")
    response_time: Text = Field("We usually answer within a working day.", description="a sentence: when you answer")
    links: dict[str, Url] = Field(default_factory=dict, description=f"names, each with {A_URL}")
    legal: list[Link] = Field(default_factory=list, description="a list of links (title, url)")
    often_asked: list[Text] = Field(
        default_factory=list, description="a list of article ids such as getting-in/cant-sign-in"
    )
    topics: list[Topic] = Field(default_factory=list, description="a list of topics (id, title, routine)")
    parts: Parts = Field(default=Parts(), description="names of parts, each true or false")
    sign_in: bool = Field(default=True, description="false when nobody can sign in, otherwise true")
    community: Community | None = Field(default=None, description="where, moderators, unanswered, closes and links")
    account: Account = Field(default=Account(), description="provider, at and cards")
    facts: Facts = Field(default=Facts(), description=f"names of facts: {', '.join(Facts.model_fields)}")
    freshness: Freshness = Field(default=Freshness(), description="notice and review_days")
    brand: Brand = Field(default=Brand(), description="logo, favicon, accent, radius, font, word, footer and more")
    allow: dict[Directive, list[Origin]] = Field(
        default_factory=dict,
        description="what articles may load from other hosts, such as frame-src: [https://videos.example.com]",
    )
    shortcuts: bool = Field(default=True, description="true or false: the keyboard shortcuts of the search")
    writing: Writing = Field(default=Writing(), description="levels, sentence and grade")
    glossary: dict[Text, list[Text]] = Field(
        default_factory=dict, description="terms as you spell them, each with a list of wrong spellings: [Github]"
    )

    @property
    def on(self) -> dict[str, bool]:
        """What the portal offers: each part, and `sign_in` where customers have pages of their own. Without signing in
        there is neither billing nor account."""
        parts = self.parts.model_dump()
        if not self.sign_in:
            parts |= {"billing": False, "account": False}
        return parts | {"sign_in": self.sign_in and any(parts[name] for name in ("tickets", "billing", "account"))}

    @property
    def offers_sign_in(self) -> bool:
        """Whether signing in leads anywhere: to pages of one's own, or to the webhooks and posts of the status page."""
        return self.sign_in and (self.on["sign_in"] or self.parts.status)

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.parts.community and self.community is None:
            message = (
                "parts.community is on, so extra.portal.community must give links and answer four questions: "
                "where (who already discusses where), moderators (who moderates), unanswered (what happens to "
                "unanswered threads) and closes (when it will be closed again)"
            )
            raise PydanticCustomError("community", message)
        ids = [topic.id for topic in self.topics]
        twice = sorted({id for id in ids if ids.count(id) > 1})
        if twice:
            raise PydanticCustomError("twice", "topics lists {ids} more than once", {"ids": ", ".join(twice)})
        return self


def load(data: object, file: str, text: str) -> Settings:
    """The settings from the parsed `extra.portal` and the text that it was written in.

    Raises an ExceptionGroup with one ContentError for every mistake.
    """
    lines = _lines(file, text)
    try:
        return Settings.model_validate(data if data is not None else {})
    except ValidationError as error:
        found = [_mistake(detail, file, lines) for detail in error.errors()]
        raise ExceptionGroup(f"{file} has mistakes", found) from error


def check(
    settings: Settings, articles: Iterable[str], file: str, text: str, hidden: Mapping[str, str] | None = None
) -> list[ContentError]:
    """Mismatches of settings and articles: topics without articles, folders without a topic, unknown ids, and `hidden`
    ones, which no list may have."""
    lines = _lines(file, text)
    ids = sorted(articles)
    folders = {id.partition("/")[0] for id in ids if "/" in id}
    return [
        *_topic_mistakes(settings, folders, file, lines),
        *_id_mistakes(settings, ids, file, lines, hidden or {}),
        *_account_mistakes(settings, ids, file, lines, hidden or {}),
    ]


def _topic_mistakes(
    settings: Settings, folders: set[str], file: str, lines: dict[yaml_lines.Path, int]
) -> Iterator[ContentError]:
    for number, topic in enumerate(settings.topics):
        if topic.id not in folders:
            line = yaml_lines.nearest(lines, (*WHERE, "topics", number))
            guess = suggestion(topic.id, folders)
            yield ContentError(
                file, line, f"topic '{topic.id}' has no articles: there is none in docs/{topic.id}/.{guess}"
            )
    missing = sorted(folders - {topic.id for topic in settings.topics}) if settings.topics else []
    if missing:
        line = yaml_lines.nearest(lines, (*WHERE, "topics"))
        names = ", ".join(f"docs/{name}/" for name in missing)
        yield ContentError(file, line, f"extra.portal.topics lacks {names}: customers would not find those articles")


def _id_mistakes(
    settings: Settings, ids: list[str], file: str, lines: dict[yaml_lines.Path, int], hidden: Mapping[str, str]
) -> Iterator[ContentError]:
    for number, id in enumerate(settings.often_asked):
        if id not in ids:
            line = yaml_lines.nearest(lines, (*WHERE, "often_asked", number))
            yield ContentError(file, line, f"extra.portal.often_asked: {absent(id, ids, hidden)}")


def _account_mistakes(
    settings: Settings, ids: list[str], file: str, lines: dict[yaml_lines.Path, int], hidden: Mapping[str, str]
) -> Iterator[ContentError]:
    for name, card in settings.account.cards.model_dump(exclude_none=True).items():
        id = card.get("article")
        if id and id not in ids:
            line = yaml_lines.nearest(lines, (*WHERE, "account", "cards", name, "article"))
            where = f"extra.portal.account.cards.{name}.article"
            yield ContentError(file, line, f"{where}: {absent(id, ids, hidden)}")


def account_gaps(settings: Settings) -> str | None:
    """One line that names the account cards left out because they have no address; None when none is."""
    gaps = accounts.missing(settings.account.model_dump()) if settings.on["account"] else []
    if not gaps:
        return None
    return (
        "extra.portal.account: left out of the account page, since nothing says where they are done: "
        f"{', '.join(gaps)}. Give each a url, set a provider, or say hidden: true."
    )


def _lines(file: str, text: str) -> dict[yaml_lines.Path, int]:
    try:
        return yaml_lines.lines(text)
    except (yaml.YAMLError, RecursionError) as error:
        raise ExceptionGroup(f"{file} cannot be read", [mistakes.of_yaml(error, text, file)]) from error


def _mistake(detail: ErrorDetails, file: str, lines: dict[yaml_lines.Path, int]) -> ContentError:
    place = tuple(part for part in detail["loc"] if part != "[key]")
    line = yaml_lines.nearest(lines, (*WHERE, *place))
    name = ".".join(str(part) for part in (*WHERE, *place))
    if detail["type"] == "extra_forbidden":
        known = list(_model(place[:-1]).model_fields)
        guess = suggestion(str(place[-1]), known) or f" Known here: {', '.join(known)}."
        return ContentError(file, line, f"{name}: unknown setting.{guess}")
    expected = _expected(place)
    if detail["type"] == "missing":
        return ContentError(file, line, f"{name} is missing: give {expected}.")
    if not expected or detail["type"] in ("reserved", "community", "twice", "account", "brand"):
        return ContentError(file, line, f"{name}: {detail['msg']}.")
    return ContentError(file, line, f"{name}: {detail['input']!r} is wrong, expected {expected}.")


def _model(place: yaml_lines.Path) -> type[Part]:
    """The model that holds the keys at `place`."""
    model: type[Part] = Settings
    for part in place:
        if part in model.model_fields:
            model = _inner(model.model_fields[str(part)].annotation) or model
    return model


def _inner(annotation: Any) -> type[Part] | None:
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return annotation
    return next(filter(None, map(_inner, get_args(annotation))), None)


def _expected(place: yaml_lines.Path) -> str:
    names = [part for part in place if isinstance(part, str)]
    while names:
        field = _model(tuple(names[:-1])).model_fields.get(names[-1])
        if field is not None:
            return field.description or ""
        names.pop()
    return ""
