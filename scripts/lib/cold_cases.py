"""The cases of the cold-start benchmark: Python text that answers one request and prints its status."""

# The first request of each case, as a WSGI call; `call` prints the status so that a wrong answer cannot look fast.
CALL = """
import io
def call(app, method, path, form=b""):
    environ = {
        "REQUEST_METHOD": method, "PATH_INFO": path, "SCRIPT_NAME": "", "QUERY_STRING": "", "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000", "HTTP_HOST": "127.0.0.1:8000", "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(form), "wsgi.errors": io.StringIO(),
        "wsgi.multithread": False, "wsgi.multiprocess": False, "wsgi.run_once": False,
        "CONTENT_TYPE": "multipart/form-data; boundary=b", "CONTENT_LENGTH": str(len(form)),
        "HTTP_ACCEPT": "text/html", "HTTP_SEC_FETCH_SITE": "same-origin", "HTTP_COOKIE": COOKIE,
    }
    status = []
    b"".join(app(environ, lambda line, headers, exc=None: status.append(line[:3])))
    return status[0]
COOKIE = ""
"""
# As a browser sends the form: in parts, with an empty file where none was chosen. RANDOM makes each run's ticket a new
# one.
RANDOM = "0123456789abcdef"
FORM = "".join(
    f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
    for name, text in {
        "topic": "getting-in",
        "subject": f"The first ticket {RANDOM}",
        "body": "This is the first ticket of a cold function.",
        "key": RANDOM,
    }.items()
).encode()
FORM += b'--b\r\nContent-Disposition: form-data; name="files"; filename=""\r\n'
FORM += b"Content-Type: application/octet-stream\r\n\r\n\r\n--b--\r\n"
HELLO_FASTAPI = """
import asyncio
from fastapi import FastAPI
app = FastAPI()
@app.get("/")
def hello():
    return "hello"
sent = []
async def receive():
    return {"type": "http.request", "body": b"", "more_body": False}
async def send(message):
    sent.append(message)
scope = {
    "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "path": "/", "raw_path": b"/",
    "query_string": b"", "headers": [], "scheme": "http", "server": ("127.0.0.1", 8000), "client": ("127.0.0.1", 1),
    "root_path": "",
}
asyncio.run(app(scope, receive, send))
print(sent[0]["status"])
"""


def health(entry: str = "functions.app") -> str:
    """The first answer of the app, after the import of a host's entry point."""
    return f"{CALL}\nimport {entry}\nfrom functions.app import app\nprint(call(app, 'GET', '/api/health'))"


def ticket(entry: str = "functions.app") -> str:
    """The first ticket of a signed-in customer, after the import of a host's entry point."""
    cookie = "import os\nCOOKIE = 'portal=' + os.environ['BENCH_COOKIE']"
    form = f"form = {FORM!r}.replace({RANDOM.encode()!r}, os.urandom(8).hex().encode())"
    send = "print(call(app, 'POST', '/api/tickets', form))"
    return f"{CALL}\n{cookie}\n{form}\nimport {entry}\nfrom functions.app import app\n{send}"


HELLO_FLASK = (
    f"{CALL}\nfrom flask import Flask\napp = Flask('x')\n@app.get('/')\ndef hello():\n    return 'hello'\n"
    "print(call(app, 'GET', '/'))"
)
