"""What a browser or app calls itself, said so that people recognise it."""

import re

# What to look for, what to call it. The first that is found counts: Edge also says Chrome, and Chrome says Safari.
BROWSERS = (
    *(("edg", "Edge"), ("opr/", "Opera"), ("opios", "Opera"), ("samsungbrowser", "Samsung Internet"), ("vivaldi", "Vivaldi")),
    *(("yabrowser", "Yandex Browser"), ("ucbrowser", "UC Browser"), ("duckduckgo", "DuckDuckGo"), ("ddg/", "DuckDuckGo")),
    *(("fban", "Facebook"), ("fbav", "Facebook"), ("instagram", "Instagram"), ("gsa/", "Google app")),
    *(("firefox", "Firefox"), ("fxios", "Firefox"), ("crios", "Chrome"), ("chromium", "Chromium"), ("chrome", "Chrome"), ("safari", "Safari")),
)
# Programs that name their library and no more.
LIBRARIES = (
    *(("curl", "curl"), ("wget", "Wget"), ("python", "Python"), ("aiohttp", "Python"), ("httpx", "Python"), ("okhttp", "Android app")),
    *(("dart", "Flutter app"), ("dalvik", "Android app"), ("undici", "Node.js"), ("node", "Node.js"), ("axios", "Node.js")),
    *(("go-http-client", "Go"), ("java/", "Java"), ("postman", "Postman"), ("insomnia", "Insomnia")),
)
SYSTEMS = (
    *(("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "ChromeOS")),
    *(("Mac OS X", "Mac"), ("Macintosh", "Mac"), ("Darwin", "an Apple device"), ("Linux", "Linux"), ("FreeBSD", "FreeBSD")),
)
# "Android 14; Pixel 8 Build/…" and "Android 13; SM-G991B)". Newer browsers say "K" instead, which is nothing.
PHONE = re.compile(r"Android [\d.]+; (?:[a-z]{2}[-_][A-Za-z]{2}; )?([^;)]{2,40}?)(?: Build/[^;)]*)?[;)]")
APP = re.compile(r"([A-Za-z][\w .-]{1,39})/\d")


def device_name(user_agent: str) -> str:
    """ "Firefox on Linux", "Chrome on Pixel 8"; an app goes by its own name ("HubbubApp on iPhone"); "Unknown device" when nothing was said."""
    program, system = _program(user_agent), _system(user_agent)
    if program and system:
        return program if program == f"{system} app" else f"{program} on {system}"
    return program or system.removeprefix("an ").capitalize() or user_agent.partition("/")[0].strip()[:40] or "Unknown device"


def _program(user_agent: str) -> str:
    said = user_agent.lower()
    if said.startswith("mozilla/"):
        return next((name for token, name in BROWSERS if token in said), "")
    if library := next((name for token, name in LIBRARIES if said.startswith(token)), ""):
        return library
    own = APP.match(user_agent)
    return own.group(1) if own else ""


def _system(user_agent: str) -> str:
    phone = PHONE.search(user_agent)
    if phone and phone.group(1) not in {"Mobile", "Tablet", "wv"} and not phone.group(1).startswith("rv:"):
        return phone.group(1)
    return next((name for token, name in SYSTEMS if token in user_agent), "")
