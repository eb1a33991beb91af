"""Being oneself and no more: the scope of somebody whose password was right but who isn't signed in yet."""

from django.db import connection


def act_as(account_id: int) -> None:
    """See and change the account's own rows (second factor, tokens, journal) for the rest of the transaction, without
    any of its roles.

    Call it only after the password, or a link sent to the account's own mailbox, has proved who it is. Raises
    RuntimeError outside a transaction: the scope would end with the statement.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a scope is entered inside a transaction")
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('shegong.account', %s, true)", [str(account_id)])
