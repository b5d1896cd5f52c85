"""Builders: plain functions with defaults, each returning one saved record."""

import itertools
from datetime import date
from typing import Any

from core import crypto
from core.models import Branch, User
from core.roles import Role
from village.models import Customer, Grid, Group, Household, Town, Village

# What tests write by hand begins lower, and lies in other towns.
_numbers = itertools.count(10_001)
DAY = date(2026, 3, 2)
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def id_number(born: date = date(1980, 5, 17), serial: int | None = None) -> str:
    """A valid ID number of a region that was never assigned, so that it belongs to nobody.

    Those of a ``serial`` that a test names lie in a region of their own: no other person has one.
    """
    region = 320799
    if serial is None:
        thousands, serial = divmod(next(_numbers), 1000)
        region = 320790 + thousands % 9
    body = f"{region}{born:%Y%m%d}{serial:03d}"
    total = sum(int(d) * w for d, w in zip(body, WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def branch(**given: Any) -> Branch:
    """A branch; the first stands for the head office."""
    number = next(_numbers)
    return Branch.objects.create(**{"code": f"B{number}", "name": f"第{number}支行"} | given)


def staff(role: str = Role.CUSTOMER_MANAGER, **given: Any) -> User:
    """A member of staff."""
    if "branch" not in given and role in {Role.CUSTOMER_MANAGER, Role.BRANCH_PRESIDENT}:
        given["branch"] = branch()
    user = User(**{"username": f"staff{next(_numbers)}", "role": role, "is_staff": True} | given)
    user.set_password("secret")
    user.save()
    return user


def grid(manager: User | None = None, **given: Any) -> Grid:
    """A grid walked by ``manager``."""
    manager = manager or staff()
    number = next(_numbers)
    made = {"code": f"G{number}", "name": f"{number}号网格", "manager": manager}
    return Grid.objects.create(**made | {"branch": manager.branch} | given)


def village(manager: User | None = None, **given: Any) -> Village:
    """A village in a grid of its own."""
    number = next(_numbers)
    if "town" not in given:
        given["town"] = Town.objects.create(
            code=f"3206{number:05d}", name=f"{number}镇", county="灌云县"
        )
    if "grid" not in given:
        given["grid"] = grid(manager)
    made = {"code": f"3207239{number:05d}", "name": f"{number}村"}
    return Village.objects.create(**made | given)


def group(of: Village, name: str = "一组") -> Group:
    """A villagers' group, numbered after those that a file would write."""
    code = f"{of.code}{51 + of.groups.count():02d}"
    return Group.objects.create(village=of, code=code, name=name)


def household(of: Village | None = None, **given: Any) -> Household:
    """A household without members."""
    of = of or village()
    return Household.objects.create(**{"number": f"H{next(_numbers)}", "village": of} | given)


def customer(of: Household | None = None, **given: Any) -> Customer:
    """A person; a man of 45 who heads his household, unless said otherwise."""
    of = of or household()
    born = given.pop("born_on", date(1980, 5, 17))
    number = given.pop("id_number", None) or id_number(born)
    mobile = given.pop("mobile", "14000000000")
    made = {
        "household": of,
        "role": Customer.Role.HEAD,
        "name": f"测试{next(_numbers)}",
        "id_number": number,
        "id_index": crypto.blind_index(number),
        "mobile": mobile,
        "mobile_index": crypto.blind_index(mobile),
        "sex": Customer.Sex.MALE,
        "born_on": born,
        "marital": "已婚",
    }
    return Customer.objects.create(**made | given)
