"""What an account of MySQL or MariaDB may do beyond reading, as the statements that take it away."""

from __future__ import annotations

import re
from contextlib import suppress

import pymysql
from pymysql.cursors import Cursor

HARMLESS = frozenset({"USAGE", "SELECT", "SHOW VIEW", "SHOW DATABASES", "PROCESS", "REFERENCES"})
"""Privileges with which nothing can be changed."""

_GRANT = re.compile(
    r"GRANT (?P<privileges>.+?) ON (?P<object>.+) TO (?P<account>.+?)"
    r"( IDENTIFIED .+| REQUIRE .+| WITH .+)?$",
    re.IGNORECASE,
)
_COMMA = re.compile(r", (?![^(]*\))")
"""A comma that is not between the columns of a privilege."""


def revocations(cursor: Cursor) -> list[str]:
    """List the statements after which the account of a connection may do no more than read."""
    cursor.execute("SHOW GRANTS FOR CURRENT_USER()")
    grants = [str(grant) for (grant,) in cursor.fetchall()]
    with suppress(pymysql.MySQLError):  # what everybody may do: known to MariaDB from 10.11 on
        cursor.execute("SHOW GRANTS FOR PUBLIC")
        grants += [str(grant) for (grant,) in cursor.fetchall()]
    return [statement for grant in grants if (statement := revocation(grant))]


def revocation(grant: str) -> str:
    """Write what takes back all but reading from a line of SHOW GRANTS; empty where it is no more.

    >>> revocation("GRANT SELECT, INSERT (`a`, `b`) ON `x`.* TO `me`@`%` WITH GRANT OPTION")
    'REVOKE INSERT (`a`, `b`), GRANT OPTION ON `x`.* FROM `me`@`%`'
    >>> revocation("GRANT `writer` TO `me`@`%`")
    'REVOKE `writer` FROM `me`@`%`'
    >>> revocation("GRANT SELECT ON *.* TO `me`@`%` IDENTIFIED BY PASSWORD '*94BD'")
    ''
    """
    found = _GRANT.match(grant)
    if found is None:  # a role, with whatever it brings
        role = re.match("GRANT (.+) TO (.+)", grant)
        return f"REVOKE {role[1]} FROM {role[2]}" if role else ""
    privileges = [
        privilege
        for privilege in _COMMA.split(found["privileges"])
        if privilege.partition(" (")[0].upper() not in HARMLESS
    ]
    if grant.upper().endswith("WITH GRANT OPTION"):
        privileges.append("GRANT OPTION")
    if not privileges:
        return ""
    return f"REVOKE {', '.join(privileges)} ON {found['object']} FROM {found['account']}"
