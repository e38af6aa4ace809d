// On every signed-in page: one socket, and what it brings that no page owns (badges, notifications).

export function startLive() {}
