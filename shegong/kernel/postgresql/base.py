"""The database engine of the settings: Django's own for PostgreSQL, except that a kept connection is looked at, not
asked, before it is used again.
"""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that knows without a round trip whether its server has gone."""

    def is_usable(self) -> bool:
        """Whether the connection still stands. A server that went has closed its end, which makes the socket readable;
        if it is readable for another reason, such as a notice, the server is asked as Django asks.
        """
        if self.connection is None or self.connection.closed:
            return False
        watch = select.poll()
        watch.register(self.connection.pgconn.socket, select.POLLIN | select.POLLPRI)
        return not watch.poll(0) or bool(super().is_usable())
