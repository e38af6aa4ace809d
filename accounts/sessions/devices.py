"""What a browser or app calls itself, said so that people recognise it."""

# What to look for, what to call it. The first that is found counts: Edge also says Chrome, and Chrome says Safari.
BROWSERS = (
    *(("edg", "Edge"), ("opr/", "Opera"), ("samsungbrowser", "Samsung Internet"), ("firefox", "Firefox"), ("fxios", "Firefox"), ("crios", "Chrome")),
    *(("chrome", "Chrome"), ("safari", "Safari"), ("curl", "curl"), ("python", "Python"), ("okhttp", "Android app")),
)
SYSTEMS = (
    *(("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows")),
    *(("Mac OS X", "Mac"), ("CrOS", "ChromeOS"), ("Linux", "Linux")),
)


def device_name(user_agent: str) -> str:
    """ "Firefox on Linux"; an app that names itself otherwise goes by the first word of that; "Unknown device" when nothing was said."""
    browser = next((name for token, name in BROWSERS if token in user_agent.lower()), "")
    system = next((name for token, name in SYSTEMS if token in user_agent), "")
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or user_agent.partition("/")[0].strip()[:40] or "Unknown device"
