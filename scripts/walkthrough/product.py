"""What is walked through: a product at an address, or this portal with its demo and the demo's people."""

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.async_api import Browser, StorageState

SECONDS = 20


class Unreachable(Exception):
    """Nothing can be said: the product does not answer, or lets nobody in. `str()` says which."""


class Product:
    """A product at an address with a slash at its end. Signing in is done once for each person."""

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/") + "/"
        self._people: dict[str, asyncio.Task[StorageState]] = {}

    def page(self, path: str) -> str:
        """The address of a page, given as a path below the product's address, or whole."""
        return path if path.startswith(("http://", "https://")) else self.address + path.lstrip("/")

    async def signed_in(self, browser: "Browser", person: str) -> "StorageState":
        """The cookies of one of the demo's people. Raises Unreachable."""
        if person not in self._people:
            self._people[person] = asyncio.create_task(self._sign_in(browser, person))
        return await self._people[person]

    async def _sign_in(self, browser: "Browser", person: str) -> "StorageState":
        from playwright.async_api import Error

        context = await browser.new_context()
        context.set_default_timeout(1000 * SECONDS)
        page = await context.new_page()
        try:
            await page.goto(self.page("my/tickets/"))
            await page.get_by_role("link", name="Sign in with your").click()
            await page.get_by_role("button", name=person).click()
            await page.wait_for_url(f"{self.address}my/tickets/**")
            return await context.storage_state()
        except Error as error:
            raise Unreachable(f"{self.address}: {person} cannot sign in: {first_line(error)}") from error
        finally:
            await context.close()


def first_line(error: Exception) -> str:
    """What an error says, without the log that Playwright adds."""
    return str(error).partition("\n")[0].removeprefix("Page.goto: ")
