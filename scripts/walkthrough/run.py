"""All walkthroughs, with one browser and a context for each, several at a time."""

import asyncio
from collections.abc import Callable, Sequence

from playwright.async_api import Browser, async_playwright

from portal.walkthroughs.steps import Walkthrough
from scripts.lib.chromium import launch_beside
from scripts.walkthrough.files import Job
from scripts.walkthrough.product import Product
from scripts.walkthrough.walk import Orders, Result, walk

Where = Callable[[Walkthrough], Product | None]


def run(jobs: Sequence[Job], where: Where, orders: Orders, at_once: int) -> list[Result]:
    """Take the walkthroughs, `at_once` at a time, each at the product that `where` names; the results in the order of
    the jobs."""
    return asyncio.run(_run(jobs, where, orders, at_once))


async def _run(jobs: Sequence[Job], where: Where, orders: Orders, at_once: int) -> list[Result]:
    free = asyncio.Semaphore(at_once)
    async with async_playwright() as playwright:
        browser = await launch_beside(playwright)

        async def one(job: Job) -> Result:
            async with free:
                return await _walk(browser, job, where, orders)

        results = await asyncio.gather(*(one(job) for job in jobs))
        await browser.close()
    return results


async def _walk(browser: Browser, job: Job, where: Where, orders: Orders) -> Result:
    product = where(job.walkthrough)
    if product is None:
        return Result(job.walkthrough, unknown="no address of the product: give it with --url, or as 'product:'")
    return await walk(browser, job.walkthrough, product, job.before, set(job.missing), orders)
