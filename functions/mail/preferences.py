"""Which emails of this portal a customer wants; call `wants` before sending one."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from functions.errors import Problem
from functions.stores.people import Held, emails

if TYPE_CHECKING:
    from functions.services import Services
    from portal.models import Requester

# Kind -> the default. Answers to a ticket are on, news is off.
DEFAULTS = {"ticket_mail": True, "changelog_digest": False, "incident_mail": False}
PEOPLE = (Held("preference", "subject_id = :subject", people=emails("preference")),)


def wants(services: "Services", subject: str, kind: str, component: str = "") -> bool:
    """Whether the customer `subject` wants mails of `kind`; `incident_mail` is chosen for each component.

    Raises KeyError for an unknown kind.
    """
    default = DEFAULTS[kind]
    row = services.store.one(
        "select wanted from preference where subject_id = :subject and kind = :kind",
        subject=subject,
        kind=_key(kind, component),
    )
    return bool(row["wanted"]) if row else default


def wants_any(services: "Services", subject: str, kind: str) -> bool:
    """Whether the customer has chosen mails of `kind` for at least one component."""
    return (
        services.store.one(
            "select 1 as one from preference where subject_id = :subject and wanted = 1 and kind like :kinds limit 1",
            subject=subject,
            kinds=f"{kind}:%",
        )
        is not None
    )


def stop(services: "Services", subject: str, kind: str, component: str = "") -> None:
    """Take back the customer's choice of `kind`; of `incident_mail` for one component, or without one for every."""
    services.store.run(
        "update preference set wanted = 0, updated_at = :now where subject_id = :subject"
        " and (kind = :kind or kind like :kinds)",
        subject=subject,
        kind=_key(kind, component) if component else kind,
        kinds="" if component else f"{kind}:%",
        now=services.now(),
    )


def recipients(services: "Services", kind: str, component: str = "") -> Iterator[tuple[str, str]]:
    """Subject and verified address of each customer who chose emails of `kind`."""
    rows = services.store.all(
        "select subject_id, email from preference where kind = :kind and wanted = 1 order by subject_id",
        kind=_key(kind, component),
    )
    for row in rows:
        yield row["subject_id"], row["email"]


def choices(services: "Services", subject: str, components: Iterable[str]) -> dict[str, bool]:
    """Every choice of one customer, by the name of its field in the form."""
    kept = {
        row["kind"]: bool(row["wanted"])
        for row in services.store.all(
            "select kind, wanted from preference where subject_id = :subject", subject=subject
        )
    }
    return {field: kept.get(field, default) for field, default in _fields(components)}


def save(services: "Services", requester: "Requester", chosen: Iterable[str], components: Iterable[str]) -> None:
    """Keep the fields that were checked as wanted and every other as not; raises Problem 422 for an unknown one."""
    fields = [field for field, _ in _fields(components)]
    checked = set(chosen)
    if checked - set(fields):
        raise Problem(422, "This page had changed, so nothing was saved. Reload it and try again.")
    with services.store.transaction():
        for field in fields:
            services.store.run(
                "insert into preference (subject_id, kind, wanted, email, updated_at)"
                " values (:subject, :kind, :wanted, :email, :now) on conflict (subject_id, kind)"
                " do update set wanted = excluded.wanted, email = excluded.email, updated_at = excluded.updated_at",
                subject=requester.subject,
                kind=field,
                wanted=int(field in checked),
                email=requester.email,
                now=services.now(),
            )


def follow(services: "Services", requester: "Requester") -> None:
    """Update the address that a customer's chosen emails go to."""
    services.store.run(
        "update preference set email = :email where subject_id = :subject and email <> :email",
        email=requester.email,
        subject=requester.subject,
    )


def _fields(components: Iterable[str]) -> Iterator[tuple[str, bool]]:
    for kind, default in DEFAULTS.items():
        if kind == "incident_mail":
            yield from ((_key(kind, component), default) for component in components)
        else:
            yield kind, default


def _key(kind: str, component: str) -> str:
    if (kind == "incident_mail") != bool(component):
        raise KeyError(f"{kind} of component {component!r}")
    return f"{kind}:{component}" if component else kind
