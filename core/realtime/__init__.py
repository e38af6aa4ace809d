"""The socket at /ws/: what may be said over it, who is connected, and how an event reaches them.

``registry`` knows every frame type, ``gateway`` serves one socket, ``connection`` is that socket as handlers see it, ``hub`` knows who is in
which room in this process, ``admission`` who comes and goes, ``budget`` who has had enough, ``bus`` joins the processes over Redis, and ``push``
is how the rest of Hubbub sends. Slices bring their frames in ``wire.py`` and their commands in ``sockets.py``. PostgreSQL is the truth; whatever
travels here is a hint that may be lost and is then read again.
"""
