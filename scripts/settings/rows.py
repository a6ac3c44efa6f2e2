"""What each setting is, in the order of the operators' guide."""

from scripts.settings import Setting

REQUIRED = "required"
STORE = (
    Setting(
        "PUBLIC_ORIGIN",
        "all",
        "Scheme and host that customers see, without a path: `https://acme.example`. `http` only on loopback. A host"
        " with other letters than a to z is written in ASCII, as in every setting: `https://xn--bcher-kva.example`",
        REQUIRED,
    ),
    Setting(
        "SECRET_KEYS",
        "all",
        "Keys that sign sessions, newest first, with commas. 32 characters or more each: `openssl rand -hex 32`",
        REQUIRED,
    ),
    Setting(
        "TICK_TOKEN",
        "all",
        "The scheduler's bearer token, 16 random characters or more. Two with a comma between while it changes",
        REQUIRED,
    ),
    Setting(
        "DATABASE_URL",
        "all",
        "Or `postgresql://user:password@host/name?sslmode=verify-full`. Across a network it is encrypted (`require`)"
        " unless `sslmode=disable` says otherwise",
        holds_secret=True,
    ),
    Setting(
        "DATABASE_MB",
        "all",
        "Size of your PostgreSQL database: `/api/health` is `failing` from four fifths of it",
        "none",
    ),
    Setting("DISK_FREE_MB", "all", "With SQLite: `/api/health` is `failing` when less is free on its disk"),
)
REQUESTS = (
    Setting("PORTAL_BUILD_DIR", "all", "Where the build's `shell.html` and `portal.json` are; the build writes there"),
    Setting("COOKIE_NAME", "all", "For a host that forwards only one cookie", "`__Host-portal`, on loopback `portal`"),
    Setting("BODY_LIMIT", "all", "Bytes that a form may have. Stay below your host's own limit"),
    Setting(
        "CLIENT_IP_HEADER",
        "all",
        "Header in which your host alone writes the caller's address, such as `cf-connecting-ip`; `X-Forwarded-For` is"
        " for the next one. Used for rate limits only, which count IPv6 by its /56. Behind HTTPS this or the next one"
        " must be set, or all customers would share one limit",
    ),
    Setting(
        "TRUSTED_HOPS",
        "all",
        "Instead: how many of your proxies add to `X-Forwarded-For`; 0 when clients connect directly",
        "none",
    ),
    Setting(
        "PREVIEW",
        "all",
        "`1` for a preview of a change: search engines are kept away, and another help desk, billing system, identity"
        " provider or email server than the built-in ones is refused, as is a live key. Set it for the build as well",
    ),
    Setting("DEMO", "all", "`1` marks every page as a demo. Set it for the build as well"),
)
TICKETS = (
    Setting(
        "HELPDESK",
        "help desk",
        "`email`, `request_tracker`, `zendesk`, `help_scout`, `intercom`, `freshdesk`, `front` or"
        " `custom.MODULE:FUNCTION`: [help desks](help-desks.md)",
    ),
    Setting(
        "SUPPORT_MAILBOX",
        "help desk",
        "The address that gets a ticket which the help desk does not take. Set it, with `SMTP_URL`",
    ),
    Setting(
        "TICKETS_ANONYMOUS",
        "help desk",
        "Customers who aren't signed in: `verify` proves an address first, `off` needs your product's sign-in, `open`"
        " files the ticket at once and marks it as unverified",
    ),
    Setting("TICKET_BODY_DAYS", "help desk", "Days after which the portal erases the text of a delivered ticket"),
    Setting("FILES_MB_EACH", "help desk", "Megabytes of tickets' files that are taken from one customer in a day"),
    Setting(
        "FILES_MB_ALL",
        "help desk",
        "The same, from all together. Past either the text is taken, and the page says that the files were not. Unsent"
        " messages of people who are not signed in count here",
    ),
    Setting("RT_QUEUE", "help desk", "Request Tracker: the queue of the portal's tickets", "`General`"),
    Setting("RT_FIELDS", "help desk", "Request Tracker: custom fields for facts, `account=Account,plan=Plan`"),
    Setting("ZENDESK_FIELDS", "help desk", "Zendesk: numbers of custom fields for facts, `account=27648,plan=27642`"),
    Setting(
        "ZENDESK_WEBHOOK_SECRET",
        "help desk",
        "Zendesk: the signing secret of the webhook; two with a comma while it changes",
    ),
    Setting("ZENDESK_API", "help desk", "Another address only on loopback", "Zendesk's"),
    Setting(
        "HELPSCOUT_FIELDS", "help desk", "Help Scout: numbers of custom fields for facts, `account=6688,plan=6689`"
    ),
    Setting(
        "HELPSCOUT_WEBHOOK_SECRET",
        "help desk",
        "Help Scout: the secret key of the webhook; two with a comma while it changes",
    ),
    Setting("HELPSCOUT_API", "help desk", "Another address only on loopback", "Help Scout's"),
    Setting(
        "INTERCOM_FIELDS",
        "help desk",
        "Intercom: names of the ticket type's attributes for facts, `account=Account ID,plan=Plan`",
    ),
    Setting(
        "INTERCOM_WEBHOOK_SECRET",
        "help desk",
        "Intercom: the client secret of the app; two with a comma while it changes",
    ),
    Setting(
        "INTERCOM_API",
        "help desk",
        "Intercom: `https://api.eu.intercom.io` or `https://api.au.intercom.io` where the workspace is in that region",
        "`https://api.intercom.io`",
    ),
    Setting("FRONT_FIELDS", "help desk", "Front: names of custom fields for facts, `account=Account,plan=Plan`"),
    Setting(
        "FRONT_WEBHOOK_SECRET",
        "help desk",
        "Front: the signing key of the application, or the API secret of a rule; two with a comma while it changes",
    ),
    Setting("FRONT_API", "help desk", "Another address only on loopback", "Front's"),
    Setting("FRESHDESK_FIELDS", "help desk", "Freshdesk: names of custom fields for facts, `account=cf_account`"),
    Setting(
        "FRESHDESK_WEBHOOK_SECRET",
        "help desk",
        "Freshdesk: 32 random characters that its rule sends; two with a comma while they change",
    ),
    Setting("FRESHDESK_API", "help desk", "Another address only on loopback", "Freshdesk's"),
)
BILLING = (
    Setting("BILLER", "billing", "`stripe`, `chargebee`, `recurly`, or `custom.MODULE:FUNCTION`: [set-up](billing.md)"),
    Setting(
        "BILLING_CUSTOMERS",
        "billing",
        "Your own [table of customers](billing.md#whose-billing-it-is): a CSV file, or a `select`",
    ),
    Setting(
        "BILLING_SIGN_IN_MINUTES",
        "billing",
        "Seats, plan and cancelling ask to sign in again when the sign-in is older",
    ),
    Setting("STRIPE_WEBHOOK_SECRET", "billing", "Stripe: the signing secret of the webhook"),
    Setting("CHARGEBEE_WEBHOOK_USER", "billing", "Chargebee: the user name of the webhook"),
    Setting("CHARGEBEE_WEBHOOK_PASSWORD", "billing", "Chargebee: the password of the webhook"),
    Setting(
        "CHARGEBEE_CANCEL_REASON",
        "billing",
        "Chargebee: the reason code of cancellations, as your site's settings have it, if your site asks for one",
    ),
    Setting("CHARGEBEE_API", "billing", "Another address only on loopback", "Chargebee's"),
    Setting("RECURLY_REGION", "billing", "Recurly: `us`, or `eu` for their European data centre", "`us`"),
    Setting("RECURLY_WEBHOOK_KEY", "billing", "Recurly: the secret key of the webhook"),
    Setting("RECURLY_API", "billing", "Another address only on loopback", "Recurly's"),
    Setting("STRIPE_API", "billing", "Another address only on loopback", "`https://api.stripe.com`"),
    Setting("BILLING_HOSTS", "billing", "Hosts that customers may be sent to, with commas", "those of the biller"),
)
SIGN_IN = (
    Setting(
        "OIDC_ISSUER",
        "sign-in",
        "Your identity provider. Without it customers sign in by email alone, if `SMTP_URL` is set",
    ),
    Setting(
        "OIDC_CLIENT_ID", "sign-in", "The portal's client there: a confidential web client", "required with an issuer"
    ),
    Setting(
        "OIDC_CLIENT_SECRET",
        "sign-in",
        "Its secret, shown with `client_secret_basic` or `client_secret_post`, whichever the provider takes",
        "required with an issuer",
    ),
    Setting("OIDC_SCOPES", "sign-in", "What the portal asks for, with spaces between"),
    Setting("OIDC_HOSTS", "sign-in", "Further hosts of its sign-in and sign-out pages, with commas", "the issuer's"),
    Setting(
        "OIDC_CLAIMS",
        "sign-in",
        "What your provider calls our claims: `billing_customer=stripe_id,plan=tier`",
        "each its own name",
    ),
    Setting(
        "MAIL_SIGN_IN",
        "sign-in",
        "With `SMTP_URL`, anyone may sign in by email. `off`: only with your product's account",
    ),
    Setting(
        "BOT_CHECK",
        "sign-in",
        "What keeps robots from asking for sign-in emails: `altcha`, `turnstile`, or `custom.MODULE:FUNCTION`. `none`"
        " on loopback only",
    ),
    Setting("TURNSTILE_API", "sign-in", "Another address, on loopback only", "Cloudflare's"),
)
EMAIL = (
    Setting(
        "SMTP_URL",
        "email",
        "`smtps://user:password@host` or `smtp://host` (STARTTLS where offered). Without it the portal sends no email",
        holds_secret=True,
    ),
    Setting(
        "MAILER",
        "email",
        "What takes emails in the place of an email server, such as the API of a provider: `custom.MODULE:FUNCTION`",
    ),
    Setting("MAIL_FROM", "email", "The sender", "required with `SMTP_URL` or `MAILER`"),
    Setting("ANSWER_IN_MAIL", "email", "The email about an answer has its text. `off`: only who answered, and a link"),
)
ACCOUNT = (
    Setting("AUTH0_DOMAIN", "account", "For `provider: auth0`: your tenant's domain", "required with `auth0`"),
    Setting(
        "AUTH0_CLIENT_ID",
        "account",
        "A machine-to-machine client with `create:user_tickets`, `create:guardian_enrollment_tickets` and"
        " `create:organization_invitations`, no more",
        "required with `auth0`",
    ),
    Setting("AUTH0_CLIENT_SECRET", "account", "Its secret", "required with `auth0`"),
    Setting("AUTH0_APP_CLIENT_ID", "account", "The application that an invitation leads to", "`OIDC_CLIENT_ID`"),
    Setting("AUTH0_HOSTS", "account", "Further hosts that a ticket may be on, such as a custom domain"),
    Setting("WORKOS_API_KEY", "account", "For `provider: workos`: its API key", "required with `workos`"),
    Setting(
        "WORKOS_HOSTS",
        "account",
        "The hosts of its pages, with commas: your AuthKit domain and `setup.workos.com`",
        "required with `workos`",
    ),
    Setting("WORKOS_API", "account", "Another address only on loopback", "WorkOS's"),
    Setting("SCIM_URL", "account", "Profile and team are changed inside the portal, at this SCIM server"),
    Setting(
        "SCIM_TOKEN",
        "account",
        "Its token: it may read users and groups, change both, and create users",
        "required with `SCIM_URL`",
    ),
    Setting(
        "SCIM_USER",
        "account",
        "What a user's `sub` is at the SCIM server: `externalId` or `id`. `userName` compares the verified"
        " address instead",
        "`externalId`",
    ),
    Setting(
        "SCIM_GROUP",
        "account",
        "What the account claim is of a group there: `displayName`, `externalId` or `id`",
        "`displayName`",
    ),
)
STATUS = (
    Setting(
        "STATUS_INTERVAL",
        "status",
        "Seconds between two checks of every component, for a scheduler that ticks more often than once a minute. 0:"
        " each component's own `interval`",
    ),
    Setting(
        "STATUS_HOOK_TOKEN",
        "status",
        "At least 16 random characters. A monitor's webhook to `POST /api/status/hook?token=...` then triggers a check"
        " at once. These monitors don't sign their webhooks, so the content is ignored",
    ),
    Setting(
        "MONITOR", "status", "A monitor of your own, for checks of `type: custom`: `custom.MODULE:FUNCTION`", "`none`"
    ),
    Setting("PINGDOM_TOKEN", "status", "A read-only token, for checks of `type: pingdom`"),
    Setting("PINGDOM_API", "status", "Another address only on loopback"),
    Setting("BETTER_STACK_TOKEN", "status", "An API token, for checks of `type: better_stack`"),
    Setting("BETTER_STACK_API", "status", "Another address only on loopback"),
    Setting(
        "STATUSPAGE_URL",
        "status",
        "A page with Statuspage's public API, for checks of `type: statuspage`; it needs no key",
    ),
)
INSIGHTS = (
    Setting(
        "EVENTS_MB_EACH",
        "insights",
        "Megabytes of visits, votes and comments that are kept of one address in a day (UTC)",
    ),
    Setting(
        "EVENTS_MB_ALL",
        "insights",
        "The same, of all together. What is more is dropped and counted (`dropped_events` in `/api/health`); a comment"
        " is refused with a sentence",
    ),
)
ELSEWHERE = (
    Setting(
        "SITE_URL", "build", "The portal's address, path included, instead of `site_url` in `mkdocs.yml`", "`site_url`"
    ),
    Setting("PORTAL_NODE", "build", "The Node that tests the search's questions", "the first that is new enough"),
    Setting("GITHUB_TOKEN", "commands", "For `scripts.changelog`: reads private repositories, and more an hour"),
    Setting("DEMO_STATE", "commands", "Where `make serve` keeps its state, for commands without settings of their own"),
    Setting("LISTEN", "server", "The address that `scripts.hosts.serve` listens on; in the image `0.0.0.0`"),
    Setting("PORT", "server", "Its port"),
    Setting(
        "THREADS",
        "server",
        "Requests that are answered at once. With PostgreSQL each has a connection, and a tick needs up to six more",
    ),
    Setting("PORTAL_SITE_DIR", "server", "Where the site's files are"),
)
ROWS = (*STORE, *REQUESTS, *TICKETS, *BILLING, *SIGN_IN, *EMAIL, *ACCOUNT, *STATUS, *INSIGHTS, *ELSEWHERE)
