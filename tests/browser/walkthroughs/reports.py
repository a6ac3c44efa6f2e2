"""A product with two pages, whose words and looks a test changes between two walkthroughs."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from werkzeug.wrappers import Request, Response

PAGE = """<!doctype html><html lang=en><title>Reports</title>
<style>body {{ font: 16px sans-serif; {style} }} [data-dark=true] {{ background: #111; color: #eee }}</style>
<script>
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const paint = () => {{ document.documentElement.dataset.dark = dark.matches }};
  // Follows a moment later, as scripts do.
  dark.addEventListener("change", () => setTimeout(paint, 20));
  paint();
</script>
<main>
  <h1>Reports</h1>
  <section aria-labelledby=export><h2 id=export>Export</h2>
    <p>Signed in as <span>{secret}</span>, {visits} visits</p>
    <button {state}>{label}</button> <a href="/sign-in">Sign in</a> <a href="/on">Go on</a>
  </section>
</main>"""
SIGN_IN = """<!doctype html><html lang=en><title>Sign in</title>
<form method=post action="/"><h1>Sign in</h1>
  <label>Password <input type=password name=password></label> <button>Continue</button>
</form>"""
# Leads on by a script as soon as it has changed, as pages do that send a form themselves.
ON = "<!doctype html><title>On</title><script>setTimeout(() => { location = '/' }, 60)</script>"


@dataclass
class Reports:
    """The product: the button's words and state, a style for the page, what changes by itself, and the status of its
    answers."""

    label: str = "Export report"
    style: str = ""
    state: str = ""
    secret: str = "ada@private.example"
    status: int = 200
    visits: int = 0
    passwords: list[str] = field(default_factory=list)

    def __call__(self, environ, start_response) -> Iterator[bytes]:
        request = Request(environ)
        if "password" in request.form:
            self.passwords.append(request.form["password"])
        text = {"/sign-in": SIGN_IN, "/on": ON}.get(request.path) or PAGE.format(**vars(self))
        return Response(text, self.status, mimetype="text/html")(environ, start_response)
