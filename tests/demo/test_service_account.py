"""The demo's product has a page behind each card of the account page, and leads back to the portal only."""

from werkzeug.test import Client

from demo.service import create_app


def test_a_page_of_the_account_leads_back_to_the_portal():
    page = Client(create_app()).get("/account/two-factor?back=http://127.0.0.1:8000/my/account/?job=two_factor").text

    assert "Your product: two factor" in page
    assert 'href="http://127.0.0.1:8000/my/account/?job=two_factor"' in page


def test_it_leads_nowhere_else():
    for back in ("https://evil.example/", "javascript://127.0.0.1/%0Aalert(1)"):
        page = Client(create_app()).get("/account/profile", query_string={"back": back}).text

        assert "evil.example" not in page
        assert "alert" not in page
