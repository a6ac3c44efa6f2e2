"""The demo's service that is checked, and its inbox."""

import smtplib
from email.message import EmailMessage

import requests

from demo import mail, server, service
from tests.demo import ports


def test_the_service_is_healthy_until_it_is_switched_off():
    with server.running(service.create_app()) as origin:
        states = [requests.get(f"{origin}/health", timeout=5).status_code]
        for switch in ("off", "on"):
            page = requests.post(f"{origin}/{switch}", timeout=5)
            states.append(requests.get(f"{origin}/health", timeout=5).status_code)

    assert states == [200, 503, 200]
    assert "Demo:" in page.text


def test_a_mail_is_shown_as_text_whatever_is_in_it():
    inbox = mail.Inbox()
    port = ports.free()
    smtp = mail.listen(inbox, port)
    smtp.start()
    message = EmailMessage()
    message["From"] = "support@acme.example"
    message["To"] = "ada@bluebird.example"
    message["Subject"] = "Grüße <b>bold</b>"
    message.set_content("<script>alert(1)</script> https://help.example/")
    try:
        with smtplib.SMTP(server.HOST, port) as client:
            client.send_message(message)
        with server.running(mail.create_app(inbox)) as origin:
            listed = requests.get(origin, timeout=5).text
            shown = requests.get(f"{origin}/message?id=0", timeout=5).text
            missing = requests.get(f"{origin}/message?id=1", timeout=5).status_code
    finally:
        smtp.stop()

    assert "Grüße &lt;b&gt;bold&lt;/b&gt;" in listed
    assert "ada@bluebird.example" in listed
    assert "&lt;script&gt;" in shown
    assert missing == 404
