"""Somebody at a browser of their own, and what their pages complain about."""

import re
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Response, WebError

from accounts.sessions.tests.factories import open_session
from accounts.users.models import User

# The browser logs violations itself, but not for every directive as an error; this makes each one.
REPORT_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) => console.error("CSP:", event.violatedDirective, event.blockedURI, event.sourceFile));
"""
# Layout shifts nobody caused by typing or clicking, summed as the layout-shift standard sums a window of them: here the whole life of the page.
MEASURE_SHIFTS = """
window.layoutShift = 0;
window.layoutShiftSources = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    if (entry.hadRecentInput) continue;
    window.layoutShift += entry.value;
    for (const { node, previousRect: from, currentRect: to } of entry.sources)
      window.layoutShiftSources.push(`${node?.nodeName} ${node?.getAttribute?.("class")} ${from.x},${from.y} → ${to.x},${to.y}`);
  }
}).observe({ type: "layout-shift", buffered: true });
"""
LOST_NETWORK = (r"net::ERR_", r"WebSocket connection to")


class Visitor:
    """A browser context with one page to begin with. Who is ``person`` is signed in."""

    def __init__(self, context: BrowserContext, address: str, person: User | None) -> None:
        self.context = context
        self.address = address
        self.complaints: list[str] = []
        self._expected: list[str] = []
        context.add_init_script(REPORT_VIOLATIONS + MEASURE_SHIFTS)
        context.on("console", self._note_console)
        context.on("weberror", self._note_error)
        if person is not None:
            session = open_session(person)
            context.add_cookies([{"name": "sessionid", "value": str(session.session_key), "url": address}])
        self.page = context.new_page()

    def expects(self, *patterns: str) -> None:
        """Complaints that match are part of the story."""
        self._expected += patterns

    def goto(self, path: str) -> Response:
        """Open a page of ours; the answer, which may be an error of its own."""
        response = self.page.goto(self.address + path)
        assert response is not None
        return response

    def live(self, page: Page | None = None) -> None:
        """Wait until the socket is open."""
        (page or self.page).wait_for_selector("html[data-socket=open]")

    def go_offline(self) -> None:
        self.expects(*LOST_NETWORK)
        self.context.set_offline(True)

    def go_online(self) -> None:
        self.context.set_offline(False)

    def path(self) -> str:
        return self.page.url.removeprefix(self.address)

    def close(self) -> list[str]:
        """Leave. What the pages complained about without being expected to."""
        self.context.close()
        return [complaint for complaint in self.complaints if not any(re.search(pattern, complaint) for pattern in self._expected)]

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"{message.text} ({_place(message.location)})")

    def _note_error(self, error: WebError) -> None:
        self.complaints.append(f"thrown: {error.error}")


def _place(location: Any) -> str:
    return f"{location.get('url')}:{location.get('lineNumber')}" if isinstance(location, dict) else str(location)
