"""People before their screens: what they open, read, type and press, so that a scenario reads like a working day.

Controls are found by the names of fields and the addresses of acts, which do not change with the language.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page, expect

from core import clock
from organization.models import Unit
from tests.factories.organization import PASSWORD
from tests.factories.tickets import when

INTAKE = "/admin/complaints/complaint/add/"


class Office:
    """Everybody's browsers and the clock on the wall. Each person logs in once, in a browser of their own."""

    def __init__(self, new_context: Callable[[], BrowserContext], address: str, wall_clock: clock.FrozenClock) -> None:
        self._new_context = new_context
        self._address = address
        self._clock = wall_clock
        self._people: dict[str, Person] = {}
        self.faults: list[str] = []

    def at(self, moment: str, username: str) -> Person:
        """The person of a user name, before their screen at a moment of 2026 such as "11-23 09:00"."""
        self._clock.move_to(when(moment))
        if username not in self._people:
            self._people[username] = self._arrives(username)
        return self._people[username]

    def _arrives(self, username: str) -> Person:
        page = self._new_context().new_page()
        page.on("console", lambda told: self._note(told.text) if told.type == "error" else None)
        page.on("pageerror", lambda error: self._note(str(error)))
        page.on(
            "response", lambda answer: self._note(f"{answer.status} {answer.url}") if answer.status >= 500 else None
        )
        page.goto(f"{self._address}/accounts/login/")
        page.fill("#id_username", username)
        page.fill("#id_password", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{self._address}/")
        return Person(page, self._address)

    def _note(self, fault: str) -> None:
        if "status of 4" not in fault:  # the console repeats that a form was refused
            self.faults.append(fault)


class Person:
    """Somebody who is logged in."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self._address = address

    # Going somewhere

    def open(self, path: str) -> None:
        """Go to an address of the application."""
        self.page.goto(self._address + path)

    def goes_to(self, path: str) -> int:
        """The same; gives the status of the answer, which is 404 for what does not exist for them."""
        answer = self.page.goto(self._address + path)
        assert answer is not None
        return answer.status

    def pool(self, code: str) -> list[str]:
        """The numbers of the tickets that wait in a pool, in their order."""
        self.open(f"/desk/?pool={code}")
        return self.page.locator(".c-number a").all_inner_texts()

    def find(self, number: str) -> None:
        """Go to a ticket through the search."""
        if not self.page.locator("[data-search]").count():
            self.open("/")
        self.page.locator("body").press("/")
        search = self.page.locator("[data-search]")
        expect(search).to_be_focused()
        search.fill(number)
        with self.page.expect_navigation(url=f"**/desk/tickets/{number}/"):
            search.press("Enter")

    # Reading

    def shows(self, *texts: str, within: str = "main") -> None:
        """The page shows each of the texts, folded parts included."""
        for text in texts:
            expect(self.page.locator(within)).to_contain_text(text, use_inner_text=False)

    def offers(self, act: str, order: int | None = None) -> bool:
        """Whether the ticket page, as it stands, has a button for an act."""
        return self._button(act, order).count() > 0

    # Taking a complaint

    def takes_a_call(self, answers: dict[str, Any]) -> None:
        """Fill in the open intake form from top to bottom; the script adds its questions on the way."""
        self.fill(self.page.locator("#complaint_form"), answers)

    def ends_call(self, button: str) -> None:
        """Press one of the endings of the intake form: `_save`, `_submit` or `_answer`."""
        self.page.locator(f"#complaint_form button[name={button}]").click()

    # Doing something to a ticket

    def does(self, number: str, act: str, *, order: int | None = None, **typed: Any) -> None:
        """Find the ticket, press the button of an act, fill in its form and send it; it must succeed."""
        self.begins(number, act, order=order)
        if typed or self.page.locator("[data-act]").count():
            self.sends(**typed)
        self.succeeds(number)

    def begins(self, number: str, act: str, *, order: int | None = None) -> None:
        """Find the ticket and press the button of an act; those without a form of their own are done with that."""
        self.find(number)
        button = self._button(act, order)
        if not button.first.is_visible():
            self.page.locator("details", has=button).locator("summary").click()
        with self.page.expect_navigation():
            button.first.click()

    def types(self, **typed: Any) -> None:
        """Fill in the form of the act."""
        self.fill(self.page.locator("[data-act]"), typed)

    def sends(self, **typed: Any) -> None:
        """Fill in the form of the act and press its own button."""
        self.types(**typed)
        with self.page.expect_navigation():
            self.page.locator("[data-act] .actions button").first.click()

    def attaches(self, number: str, purpose: str, path: Path) -> None:
        """Attach a file on the ticket's page."""
        self.find(number)
        self.page.locator("details.attach summary").click()
        form = self.page.locator("details.attach form")
        self.fill(form, {"purpose": purpose, "file": path})
        with self.page.expect_navigation():
            form.locator("button").click()

    def succeeds(self, number: str) -> None:
        """The act was done: the page says so, on the ticket or, where it left the person's sight, on the workbench."""
        expect(self.page.locator("ul.messages li.success")).to_contain_text(number)

    def _button(self, act: str, order: int | None) -> Locator:
        suffix = f"/orders/{order}/do/{act}/" if order else f"/do/{act}/"
        return self.page.locator(f'a[href$="{suffix}"], form[action$="{suffix}"] button')

    # Typing

    def fill(self, form: Locator, typed: dict[str, Any]) -> None:
        """Fill in fields by their names: choices by code, units and instants as such, files as paths."""
        for name, value in typed.items():
            self._fill_one(form, name, value)

    def _fill_one(self, form: Locator, name: str, value: Any) -> None:
        field = form.locator(f"[name={name}]")
        expect(field.first).to_be_attached()
        for folded in form.locator("details:not([open])", has=self.page.locator(f"[name={name}]")).all():
            folded.locator("summary").first.click()
        kind = field.first.evaluate("field => field.tagName === 'SELECT' ? 'select' : field.type")
        if kind == "select":
            field.select_option(str(value.pk) if isinstance(value, Unit) else str(value))
        elif kind == "radio":
            form.locator(f'[name={name}][value="{value}"]').check()
        elif kind == "checkbox":
            field.set_checked(bool(value))
        elif kind == "file":
            field.set_input_files(Path(value))
        elif isinstance(value, dt.datetime):
            field.fill(value.astimezone(clock.SHANGHAI).strftime("%Y-%m-%dT%H:%M"))
        else:
            field.fill(str(value))
