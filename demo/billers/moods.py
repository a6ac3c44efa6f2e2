"""The front page of a demo's billing system, where it is made slow or broken."""

from markupsafe import Markup
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from demo import pages
from demo.helpdesks.faults import Faults

# The word on the button -> the fault of every call from then on.
MOODS = {"well": "", "slow": "slow", "rate_limited": "limited", "broken": "unavailable", "garbage": "garbage"}
MOODS |= {"answers lost": "lost"}
ALL_CALLS = 1_000_000


def front(request: Request, faults: Faults) -> Response:
    """Show and set how the API answers; tests post here as well."""
    mood = request.form.get("mood", "")
    if request.method == "POST" and mood in MOODS:
        faults.next, faults.times = MOODS[mood], ALL_CALLS
        # Who still waits gets an answer now.
        (faults.patience.clear if mood == "slow" else faults.patience.set)()
        return redirect("/", 303)
    now = next((word for word, fault in MOODS.items() if fault == faults.next), faults.next)
    buttons = [Markup('<button name="mood" value="{0}">{0}</button>').format(word) for word in MOODS]
    body = Markup("<p>The billing system is <strong>{}</strong>. Make it:</p><form method='post'>{}</form>")
    return pages.page("The demo's billing system", "a billing system", body.format(now, Markup().join(buttons)))
