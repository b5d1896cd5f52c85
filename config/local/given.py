"""Servers that somebody else runs, named by DATABASE_URL and REDIS_URL."""

import contextlib
import os
import re

import psycopg
import redis

from config.local.words import LocalError

DATABASE = "DATABASE_URL"
REDIS = "REDIS_URL"
OLDEST_POSTGRES = 15


def check_those_set() -> None:
    """Ask each given server for a sign of life; LocalError says which does not answer, and why."""
    if os.environ.get(DATABASE):
        _check_database(os.environ[DATABASE])
    if os.environ.get(REDIS):
        _check_redis(os.environ[REDIS])


def _check_database(url: str) -> None:
    try:
        with contextlib.closing(psycopg.connect(url, connect_timeout=5)) as connection:
            version = connection.info.server_version // 10_000
    except psycopg.Error as exc:
        raise _unanswered(DATABASE, "PostgreSQL", url, exc) from exc
    if version < OLDEST_POSTGRES:
        raise LocalError(
            f"DATABASE_URL 所指 PostgreSQL 版本为 {version}，需要 {OLDEST_POSTGRES} 以上。",
            f"DATABASE_URL names a PostgreSQL {version}; Qianmo needs {OLDEST_POSTGRES} or newer.",
        )


def _check_redis(url: str) -> None:
    try:
        with contextlib.closing(
            redis.Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5)
        ) as client:
            client.ping()
    except (redis.RedisError, ValueError) as exc:
        raise _unanswered(REDIS, "Redis", url, exc) from exc


def _unanswered(variable: str, name: str, url: str, reason: Exception) -> LocalError:
    why = (" ".join(str(reason).split()) or type(reason).__name__).rstrip(".")
    return LocalError(
        f"{variable} 所指的 {name} 没有应答。",
        f"The {name} that {variable} names ({_without_password(url)}) does not answer: {why}. "
        f"Correct it, or use the built-in one: unset {variable}",
    )


def _without_password(url: str) -> str:
    return re.sub(r"(//[^/@:]*:)[^@]*@", r"\1***@", url)
