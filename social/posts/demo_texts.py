"""What the people of the demo world say: everyone in a voice of their own, the latest first, with the conversations that follow."""

from typing import NamedTuple


class Answer(NamedTuple):
    """A comment, and what the author of the post says back."""

    author: str
    body: str
    reply: str = ""


class Text(NamedTuple):
    """A post. ``alt`` describes the picture drawn for it; posts without one have no picture."""

    author: str
    body: str
    answers: tuple[Answer, ...] = ()
    alt: str = ""


TEXTS = (
    Text(
        "khalid",
        "Saturn was out tonight. The neighbours queued on the stairs to look, and somebody brought dates.",
        (
            Answer("clara.v", "Did anybody ask whether the rings are real? Somebody always does.", "Three people. One of them twice."),
            Answer("leilani", "Clear here too. Steered by it for an hour, just because."),
        ),
        "Dark hills under a pale disc low in the sky.",
    ),
    Text(
        "ana",
        "The kiln is *finally* cool. Eleven bowls survived, one did not want to be a bowl.",
        (
            Answer("ben", "What did it want to be?", "A plate. It is now several plates."),
            Answer("fatou", "That blue on the third one. How?", "Cobalt, and being too impatient to sieve it."),
            Answer("jun", "I would buy the one that refused."),
        ),
    ),
    Text(
        "ben",
        "If your train is late today: sorry. If it is early: also sorry, that is somehow worse.",
        (
            Answer("priya", "I have a recording of that announcement. It rhymes.", "Please never publish it."),
            Answer("hanna.w", "I read two chapters on platform 4. No complaints."),
        ),
    ),
    Text(
        "mei_lin",
        "Found a fern I cannot name. Best Tuesday in weeks.",
        (Answer("grace", "Name it after the bird that was surely sitting above it.", "It was a small brown one. You would know."),),
        "Forest hills fading into mist, one behind the other.",
    ),
    Text(
        "kofi",
        'Today a pupil asked why minus times minus is plus, and would not take "because" for an answer. Perfect.',
        (Answer("amina", "Tell her engineers still ask."),),
    ),
    Text(
        "niamh",
        "The bicycle that came in for a squeak left with a new wheel, a new chain and the same squeak.",
        (Answer("lucia", "Saddle clamp. It is always the saddle clamp.", "It was the saddle clamp."),),
    ),
    Text(
        "ingrid",
        "The sea was four degrees. I was in it for four minutes. We are even.",
        (Answer("sam_t", "No."),),
        "A cold shore: dark hills and a low white sun.",
    ),
    Text(
        "elif",
        "I translated a pun today. It took two hours and is now about a goat.",
        (
            Answer("wren", "The best ones always end up about a goat."),
            Answer("zoe.l", "Was the original about a goat?", "The original was about tax."),
        ),
    ),
    Text("rafael.q", "Market report: the good tomatoes are back. Menu changed at half past seven, waiter informed at noon."),
    Text(
        "arvid",
        "Bees do not care about your calendar. They swarmed during the wedding.",
        (Answer("niamh", "Whose wedding?", "My sister's. The bees were better dressed."),),
    ),
    Text(
        "hanna.w",
        "Somebody returned a library book after nineteen years, with an apology and a biscuit.",
        (Answer("nia", "What was the book?", "A guide to time management."), Answer("oskar", "What was the biscuit?")),
    ),
    Text("pedro_m", "Night shift thought: every hospital has one door that sings."),
    Text("grace", "Small brown bird identified as a *different* small brown bird.", (Answer("mei_lin", "Progress!"),)),
    Text("tomasz", "Rule of the workshop: measure twice, cut once, then go and buy more wood."),
    Text(
        "yusuf",
        "Old map, new argument: rivers do not read maps.",
        (Answer("amina", "Neither do the people who pay for bridges."),),
        "A valley drawn in layers of rock and dusk.",
    ),
    Text(
        "oskar",
        "Does anybody have a spare C4 capacitor and twenty minutes of patience?",
        (Answer("sunil", "Capacitor, yes. Patience, I can ask around."),),
    ),
    Text("nia", "> A poem should fit where the price was.\n\nStill my whole method."),
    Text(
        "amina",
        "Three things a bridge needs:\n\n- somebody on each side\n- a reason to cross\n- drainage",
        (Answer("yusuf", "In that order?", "The drainage comes first, but nobody likes to hear it."),),
    ),
    Text("wren", "Set the word *hurly-burly* in 48 point today. That is all."),
    Text("leilani", "Weather window from two until the forecast changes its mind. Going.", (), "Wide water under an evening sky, hills far off."),
    Text(
        "clara.v",
        "Dumplings folded: 64. Equations solved: 1. A good ratio, I think.",
        (Answer("khalid", "It depends on the equation.", "It depends on the dumplings."),),
    ),
    Text("dmitar", "Lost on Thursday to a nine-year-old who asked me, kindly, whether I wanted to take it back."),
    Text(
        "priya",
        "Recorded an hour of nothing in the old station. It is the best nothing I have.",
        (Answer("pedro_m", "Could I have ten minutes of it for the ward?", "It is yours. Sending tonight."),),
    ),
    Text("sam_t", "Pie of the week: mince and cheese, from the place with the broken sign. Do not @ me, the sign is part of it."),
    Text(
        "lucia",
        "Rode the valley road before the buses woke up. Nobody but a dog, and the dog approved.",
        (),
        "A road's worth of hills in the first light.",
    ),
    Text("fatou", "Indigo day. Everything I own is slightly blue, including the cat.", (Answer("ana", "Mine is slightly clay. They should meet."),)),
    Text("jun", "Made the same sheet of paper forty times. The thirty-eighth was right; I only saw it at the fortieth."),
    Text("zoe.l", "Walked until the river got a different name. Wrote down both."),
    Text(
        "sunil",
        "New keyboard. Typing this is the first use. It sounds like rain on a tin roof and I regret nothing.",
        (Answer("oskar", "Switches?", "You will be sorry you asked. Writing to you."),),
    ),
    Text(
        "mod",
        "Two reports this week, both about puns. I have decided that puns are allowed.",
        (Answer("elif", "Appeal!"), Answer("wren", "Justice.")),
    ),
    Text(
        "ben",
        "Found the bakery that the whole street pretends does not exist. I will not say where. It is on the corner.",
        (Answer("ana", "Cardamom or cinnamon?", "Yes."), Answer("rafael.q", "Ask them about the flour. Then tell me.")),
    ),
    Text(
        "ana",
        "Student today, very serious, age seven: *is it finished when it looks like a thing, or when I stop?*",
        (Answer("jun", "I have been asking for thirty years."), Answer("nia", "Stealing this for a receipt.")),
    ),
    Text("khalid", "Cloud. All of it."),
    Text("mei_lin", "For those who asked: the fern has a name. It has had one since 1897. I am happy for it."),
    Text(
        "tomasz",
        "A chair came back after eleven years to have one leg shortened. The floor had moved, not the chair.",
        (Answer("amina", "Floors do that."),),
    ),
    Text("ingrid", "Somebody asked what one thinks about in cold water. The answer is: getting out, and then not getting out."),
    Text(
        "grace",
        "Five in the morning, the lake completely still, and then a pelican lands on it like a dropped suitcase.",
        (Answer("leilani", "Every single time."),),
        "A still lake between soft hills at dawn.",
    ),
    Text("rafael.q", "My mother's rule: if you can smell that it is ready, it was ready a minute ago."),
    Text("hanna.w", "Today's most borrowed book is about decluttering. There are four copies. We may see the irony, the readers do not."),
    Text("elif", "The word I needed exists in Turkish, Catalan and one dialect of Swedish. It does not exist in the language I am paid for."),
    Text(
        "arvid",
        "Honey report: dark this year, tastes of heather and a little of thunderstorm.",
        (Answer("clara.v", "Do you post?", "For dumplings, anything."),),
    ),
    Text("niamh", "Session last night: three fiddles, one concertina, a man with spoons nobody had invited and everybody will miss."),
    Text("oskar", "It hums at 50 Hz. I hum at 50 Hz. We are getting along."),
    Text("yusuf", "There is a village on the 1931 sheet that moved twice and kept its name both times. I would like to meet whoever insisted."),
    Text("pedro_m", "Planted chillies after work, at seven in the morning, in the clothes of the night before. The neighbour only nodded."),
    Text("kofi", "Fractions went well. I brought a cake. The remainder was eaten by the staff.", (Answer("sam_t", "Proper fractions, I hope."),)),
    Text(
        "lucia",
        "A 1962 frame, straight as a promise, under twenty years of green house paint. Somebody loved that door.",
        (Answer("niamh", "Stripper and patience. Send pictures."),),
    ),
    Text("wren", "A customer asked for *something timeless, by Friday*."),
    Text("priya", "If you listen to a city at four in the morning you can hear which buildings are thinking."),
    Text(
        "sunil",
        "Last over, six to win, and the stream froze. I know the result. I refuse to know it.",
        (Answer("dmitar", "Same with adjourned games."),),
    ),
    Text("zoe.l", "Rehearsal. The door had more lines than I had, and delivered them better."),
    Text(
        "fatou",
        "Grandmother sorted my threads by colour. Grandmother is colour-blind. It has never looked better.",
        (Answer("ana", "Do not touch it."),),
    ),
    Text("jun", "Ink arrived. It is black. I have four others that are black. They are not the same black."),
    Text("dmitar", "Opening of the day: tea."),
    Text("nia", "*TOTAL 4.20*\n\nand still the sea\ncharged nothing"),
    Text("clara.v", "Taught a class about uncertainty. Was not sure how it went."),
    Text(
        "leilani",
        "Knot of the week: the one you tied so well you now need a knife.",
        (Answer("tomasz", "Same with joints."),),
        "Harbour hills in the last light, layer on layer.",
    ),
    Text(
        "amina",
        "Opened a footbridge today: forty metres, two villages, one goat crossed first.",
        (Answer("elif", "I told you it is always a goat."), Answer("yusuf", "I will put it on the map.")),
    ),
    Text("sam_t", "Lost by thirty. The under-tens cheered anyway, because somebody had seen a rainbow."),
    Text(
        "mod",
        "New here? Say hello, follow three people you have nothing in common with, and be kind about pies.",
        (Answer("sam_t", "Finally some moderation I can support."),),
    ),
    Text(
        "ben",
        "Tunnel under the old viaduct, 6 a.m.: one lamp, one cat, and the cat was off duty.",
        (Answer("lucia", "I know that cat."),),
        "City hills in early blue, one light between them.",
    ),
    Text(
        "ana",
        "First firing of the year on Saturday. If you hear a small sad noise from Porto, that was the big vase.",
        (Answer("fatou", "Thinking of the vase."), Answer("ben", "Did it make it?", "Ask me after it has cooled. I am not looking.")),
    ),
)
