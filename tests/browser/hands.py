"""Somebody who works with the keyboard alone: every control is reached by keys, and a touched mouse is a fault."""

from __future__ import annotations

from playwright.sync_api import Page, expect

MOST = 150  # presses of Tab after which a control cannot be reached


class Hands:
    """Hands on the keys of a page. There is no way to click or to fill in a field from outside here; should anything
    press a mouse button all the same, the page says so on its console, which the office takes for a fault."""

    def __init__(self, page: Page) -> None:
        self._page = page
        page.add_init_script("addEventListener('pointerdown', () => console.error('a mouse was used'), true)")

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self._page.keyboard.press(key)

    def goes(self, address: str, *keys: str) -> None:
        """Press keys that lead to another page, and wait for it (a glob of its address)."""
        self.press(*keys[:-1])
        with self._page.expect_navigation(url=address):
            self.press(keys[-1])

    def types(self, text: str) -> None:
        """Type into what has the focus, over what stands there."""
        self.press("Control+a")
        self._page.keyboard.type(text)

    def reaches(self, selector: str) -> None:
        """Tab on to a control."""
        for _press in range(MOST):
            if self._is_at(selector):
                return
            self.press("Tab")
        raise AssertionError(f"{selector} cannot be reached with Tab on {self._page.url}")

    def chooses(self, name: str, code: str) -> None:
        """Tab on to a select or to radio buttons and go down to a choice."""
        self.reaches(f"[name={name}]")
        wanted = f"[name={name}]" if self._is_at("select") else f"[name={name}][value='{code}']"
        for _press in range(30):
            if self._is_at(wanted) and self._value() == code:
                return
            self.press("ArrowDown")
        raise AssertionError(f"{code} cannot be chosen in {name}")

    def picks(self, name: str, letters: str) -> None:
        """Tab on to a list that is narrowed by typing, type, and take what is left."""
        self.reaches(f":has(> select[name={name}]) > input")
        self._page.keyboard.type(letters)
        self.press("Tab")

    def does(self, act: str, *, number: str) -> None:
        """On the ticket's page tab on to the button of an act and press it."""
        expect(self._page.locator(".ticket-head")).to_contain_text(number)
        self.reaches(f":is(a[href$='/do/{act}/'], form[action$='/do/{act}/'] button)")
        with self._page.expect_navigation():
            self.press("Enter")

    def _is_at(self, selector: str) -> bool:
        return bool(self._page.evaluate("wanted => document.activeElement.matches(wanted)", selector))

    def _value(self) -> str:
        return str(self._page.evaluate("document.activeElement.value"))
