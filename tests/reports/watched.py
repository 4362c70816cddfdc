"""A page that tests look at from outside; loaded by its path."""

from __future__ import annotations


class Watched:
    """A page that is watched: requests, errors, dialogs."""

    def __init__(self, browser, path, **options) -> None:
        self.context = browser.new_context(offline=True, **options)
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.page = self.context.new_page()
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("dialog", lambda dialog: self.errors.append(dialog.message))
        self.page.on(
            "console",
            lambda message: (
                self.errors.append(message.text) if message.type in ("warning", "error") else None
            ),
        )
        self.page.goto(path.as_uri())
        self.page.wait_for_selector("html[data-ready='1']", state="attached")

    def marks(self, figure: str) -> int:
        return self.page.locator(
            f"#{figure} [data-chart] svg .role-mark [aria-roledescription]"
        ).count()

    def fetched(self) -> list[str]:
        return [url for url in self.requests if not url.startswith(("file:", "data:", "blob:"))]
