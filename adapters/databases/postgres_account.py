"""What an account of PostgreSQL may do beyond reading, and what to revoke from it.

A query may take on every role that its account is a member of (``set_config('role', …)``), whether that
role's privileges are inherited or not, so all of them count.
"""

from __future__ import annotations

from dataclasses import dataclass

from adapters.databases.postgres_connection import Link

MOST = 5
"""Powers that are named at most."""

_POWERS = f"""
WITH mine AS (
  SELECT * FROM pg_roles WHERE pg_has_role(current_user, oid, 'MEMBER')
), relation AS (
  SELECT c.*, CASE relkind WHEN 'S' THEN 'SEQUENCE ' ELSE 'TABLE ' END || c.oid::regclass AS named
  FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
  WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND nspname !~ '^pg_' AND nspname <> 'information_schema'
), granted AS (
  SELECT named, privilege_type AS privilege, grantee FROM relation, aclexplode(relacl)
  WHERE privilege_type <> 'SELECT'
  UNION ALL
  SELECT named, privilege_type || ' (' || quote_ident(attname) || ')', grantee
  FROM relation JOIN pg_attribute ON attrelid = relation.oid, aclexplode(attacl)
  WHERE privilege_type <> 'SELECT'
  UNION ALL
  SELECT 'SCHEMA ' || quote_ident(nspname), privilege_type, grantee FROM pg_namespace, aclexplode(nspacl)
  WHERE nspname !~ '^pg_' AND privilege_type = 'CREATE'
  UNION ALL -- everybody may make temporary tables by default, though not in a transaction that only reads
  SELECT 'DATABASE ' || quote_ident(datname), privilege_type, grantee FROM pg_database, aclexplode(datacl)
  WHERE datname = current_database() AND privilege_type <> 'CONNECT'
    AND (privilege_type, grantee) <> ('TEMPORARY', 0)
  UNION ALL
  SELECT 'FUNCTION ' || p.oid::regprocedure, privilege_type, grantee
  FROM pg_proc p, aclexplode(coalesce(proacl, acldefault('f', proowner)))
  WHERE prosecdef AND p.oid >= 16384
    AND EXISTS (SELECT FROM mine WHERE has_schema_privilege(mine.oid, pronamespace, 'USAGE'))
), owned AS (
  SELECT named, relowner AS owner FROM relation
  UNION ALL
  SELECT 'SCHEMA ' || quote_ident(nspname), nspowner FROM pg_namespace
  UNION ALL
  SELECT 'DATABASE ' || quote_ident(datname), datdba FROM pg_database WHERE datname = current_database()
)
SELECT 1, 'is a superuser', 'ALTER ROLE ' || quote_ident(rolname) || ' NOSUPERUSER' FROM mine WHERE rolsuper
UNION ALL
SELECT 2, 'has ' || attribute, 'ALTER ROLE ' || quote_ident(rolname) || ' NO' || attribute
FROM mine, LATERAL (VALUES ('CREATEDB', rolcreatedb), ('CREATEROLE', rolcreaterole),
  ('REPLICATION', rolreplication), ('BYPASSRLS', rolbypassrls)) AS attributes(attribute, held) WHERE held
UNION ALL
SELECT 3, 'is a member of ' || rolname, 'REVOKE ' || rolname || ' FROM ' || quote_ident(current_user)
FROM mine WHERE rolname ~ '^pg_' AND rolname NOT IN ('pg_database_owner', 'pg_read_all_data',
  'pg_read_all_settings', 'pg_read_all_stats', 'pg_stat_scan_tables', 'pg_monitor')
UNION ALL
SELECT 4, 'owns ' || named, 'ALTER ' || named || ' OWNER TO another role'
FROM owned JOIN mine ON mine.oid = owner
UNION ALL
SELECT 5, 'has ' || privilege || ' ON ' || named,
  'REVOKE ' || privilege || ' ON ' || named || ' FROM ' || coalesce(quote_ident(rolname), 'PUBLIC')
FROM granted LEFT JOIN mine ON mine.oid = grantee WHERE grantee = 0 OR rolname IS NOT NULL
ORDER BY 1, 2 LIMIT {MOST}
"""


@dataclass(frozen=True, slots=True)
class Power:
    """Something that an account may do beyond reading, and the statement that takes it away."""

    what: str
    cure: str


def powers(link: Link) -> tuple[Power, ...]:
    """List what the account of a session may do beyond reading, the greatest first, at most ``MOST``."""
    found = link.execute(_POWERS.encode()).fetchall()
    return tuple(Power(str(what), str(cure)) for _, what, cure in found)
