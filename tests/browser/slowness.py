"""A page that arrives slowly: in pieces, with late scripts, and with a socket that does not come until it is let in."""

from playwright.sync_api import Route

from tests.browser.visitor import Visitor

BYTES_A_SECOND = 200_000
# The page's sockets stay as they are before they are open; when let in they fail, and the page connects anew as it does after any failure.
STALL_SOCKETS = """
{
  const Real = WebSocket;
  const stalled = [];
  window.WebSocket = class extends EventTarget {
    constructor() {
      super();
      stalled.push(this);
    }
    send() {}
    close() {}
  };
  window.letSocketsIn = () => {
    window.WebSocket = Real;
    for (const socket of stalled) socket.dispatchEvent(new CloseEvent("close", { code: 1006 }));
  };
}
"""
PAINTED = "() => document.readyState !== 'loading' && performance.getEntriesByName('first-contentful-paint').length > 0"
# Shifts are reported with the frame they happen in: two more frames, and all of them are known.
TWO_FRAMES = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


class SlowLine:
    """What is between ``visitor`` and the server. Each page is opened, given its scripts, and given its socket in turn."""

    def __init__(self, visitor: Visitor) -> None:
        self.page = visitor.page
        self.address = visitor.address
        self._held: list[Route] | None = None
        self._devtools = visitor.context.new_cdp_session(self.page)
        self._devtools.send("Network.enable")
        self.page.add_init_script(STALL_SOCKETS)
        self.page.route("**/static/**/*.js", self._script)

    def open(self, path: str) -> None:
        """The page as the server drew it, painted and without scripts."""
        self._held = []
        self._limit(BYTES_A_SECOND)
        self.page.goto(self.address + path, wait_until="commit")
        self.page.wait_for_function(PAINTED)
        self.page.evaluate(TWO_FRAMES)
        self._limit(-1)

    def let_scripts_in(self) -> None:
        held, self._held = self._held or [], None
        for route in held:
            route.continue_()
        self.page.wait_for_selector("html[data-socket=connecting]")

    def let_sockets_in(self) -> None:
        self.page.evaluate("letSocketsIn()")
        self.page.wait_for_selector("html[data-socket=open]")
        self.page.wait_for_function("() => [...document.images].every((image) => image.complete || image.loading === 'lazy')")
        self.page.evaluate(TWO_FRAMES)

    def _script(self, route: Route) -> None:
        if self._held is None:
            route.continue_()
        else:
            self._held.append(route)

    def _limit(self, bytes_a_second: int) -> None:
        limits = {"offline": False, "latency": 0, "downloadThroughput": bytes_a_second, "uploadThroughput": -1}
        self._devtools.send("Network.emulateNetworkConditions", limits)
