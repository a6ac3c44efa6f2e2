"""A form with files arrives as it was sent, whatever a customer calls a file."""

from contextlib import closing
from io import BytesIO

from hypothesis import given
from hypothesis import strategies as st
from werkzeug.formparser import parse_form_data
from werkzeug.test import EnvironBuilder

from functions.helpdesks import multipart
from portal.tickets import File

WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40)
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='\\"'), min_size=1, max_size=40)


@given(subject=WORDS, plan=WORDS, tags=st.lists(WORDS, max_size=3), name=NAMES, data=st.binary(max_size=200))
def test_fields_lists_objects_and_files_arrive(subject: str, plan: str, tags: list[str], name: str, data: bytes):
    body = {"subject": subject, "status": 2, "private": False, "tags": tags, "custom_fields": {"cf_plan": plan}}
    sent = multipart.form(body, "attachments[]", [File(name, "text/plain", data)])
    kind = sent["headers"]["Content-Type"]
    environ = EnvironBuilder(method="POST", input_stream=BytesIO(sent["data"]), content_type=kind).get_environ()
    _, form, files = parse_form_data(environ | {"CONTENT_LENGTH": str(len(sent["data"]))})

    assert (form["subject"], form["status"], form["private"]) == (subject, "2", "false")
    assert (form["custom_fields[cf_plan]"], form.getlist("tags[]")) == (plan, tags)
    with closing(files["attachments[]"]) as arrived:
        assert (arrived.filename, arrived.mimetype, arrived.read()) == (name, "text/plain", data)


def test_a_files_name_adds_no_header_and_no_field():
    name = 'a"; name="private\r\nContent-Type: text/html\r\n\r\n<b>.txt'
    data = multipart.form({}, "attachments[]", [File(name, "text/plain", b"x")])["data"]

    head, _, rest = data.partition(b"\r\n\r\n")
    assert head.count(b"\r\n") == 2
    assert b'; name="private' not in head
    assert rest.startswith(b"x\r\n")
