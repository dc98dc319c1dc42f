"""Rules of the API that JSON Schema cannot express.

Each makes what the document calls valid really valid, just before it is sent: in requests that are right, and in the
rest of those that are wrong on purpose, lest they be refused for another reason than theirs. What the document forbids
is sent as it is.
"""

import itertools
import re
import uuid

from decimal import ROUND_DOWN, Decimal

import schemathesis

# ISO 4217, column "minor unit", where it is not 2. Written anew here, as a check of the server's own table.
DECIMALS = {
    **dict.fromkeys(
        "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0
    ),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("CLF UYW".split(), 4),
}
DIGITS = 15

TIME_ZONES = ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Asia/Kathmandu", "Pacific/Kiritimati"]

# What the server told: the categories of each user, with the one above each; the id of one that no other is above or
# below; the queries of next pages; the entity tag of each path. And the e-mail addresses that it knows.
categories: dict[str, dict[str, str | None]] = {}
category_ids: dict[str, str] = {}
next_pages: dict[tuple[str, str], dict] = {}
entity_tags: dict[str, str] = {}
registered: set[str] = set()
numbers = itertools.count()
# The next date of each recurring expense by its id, and the one that goes on in its place.
next_dates: dict[str, str | None] = {}
successors: dict[str, str] = {}


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.meta is None:
        return
    operation = case.operation.label
    is_positive = case.meta.generation.mode.is_positive
    if re.fullmatch(r"POST /recurring/\{id\}/[a-z]+", operation) and case.path_parameters.get("id") in successors:
        # The one that still has dates to come.
        case.path_parameters = {**case.path_parameters, "id": successors[case.path_parameters["id"]]}
    if is_positive and case.headers.get("If-Match", "*") != "*" and changed_path(case) in entity_tags:
        # The version that the server gave, in place of one that nothing ever had.
        case.headers["If-Match"] = entity_tags[changed_path(case)]
    if operation == "GET /expenses/" and case.query:
        case.query = valid_list_query(dict(case.query), case.auth_identity, is_positive)
    elif operation in ("GET /alerts/", "GET /budgets/", "GET /categories/", "GET /recurring/", "GET /tags/") and case.query:
        case.query = valid_cursor(dict(case.query), operation, case.auth_identity, is_positive)
    elif operation == "GET /budgets/{id}/status" and is_date((case.query or {}).get("on")):
        # The day is to be one of the budget.
        case.query = {name: value for name, value in case.query.items() if name != "on"}
    elif operation == "GET /budgets/{id}/periods" and case.query:
        case.query = valid_range(dict(case.query))
    elif operation == "GET /reports/summary" and case.query:
        case.query = valid_range(dict(case.query))
    elif "/budgets/" in operation and isinstance(case.body, dict):
        case.body = valid_budget(dict(case.body), case.auth_identity, operation.startswith("POST"))
    elif operation == "DELETE /categories/{id}" and is_id((case.query or {}).get("reassign_to")):
        id = case.path_parameters.get("id")
        case.query = {**case.query, "reassign_to": lone_category(case.auth_identity, id) or case.query["reassign_to"]}
    elif "/categories/" in operation and isinstance(case.body, dict):
        id = (case.path_parameters or {}).get("id")
        if is_positive and id and id not in categories.get(case.auth_identity, {}):
            # One that is there, in place of one that was merged into another.
            id = lone_category(case.auth_identity) or id
            case.path_parameters = {**case.path_parameters, "id": id}
        case.body = valid_category(dict(case.body), case.auth_identity, id)
        if is_id(case.body.get("into")) and case.body["into"] not in categories.get(case.auth_identity, {}):
            # No other is known yet: what is not there cannot be merged into what is not there.
            case.path_parameters = {**case.path_parameters, "id": str(uuid.UUID(int=0))}
    elif operation == "POST /auth/register" and isinstance(case.body, dict):
        case.body = valid_registration(dict(case.body))
    elif operation == "PATCH /me" and isinstance(case.body, dict):
        zone = case.body.get("time_zone")
        if is_text(zone, 1, 64, r"[A-Za-z0-9/_+-]+"):
            case.body = {**case.body, "time_zone": TIME_ZONES[len(zone) % len(TIME_ZONES)]}
    elif "/recurring/" in operation and isinstance(case.body, dict):
        id = (case.path_parameters or {}).get("id")
        case.body = valid_recurring(dict(case.body), case.auth_identity, operation, id)
    elif operation in ("POST /expenses/", "PUT /expenses/{id}", "PATCH /expenses/{id}"):
        if isinstance(case.body, dict):
            is_patch = operation.startswith("PATCH")
            case.body = valid_expense(dict(case.body), case.auth_identity, is_patch)


@schemathesis.hook
def after_call(context, case, response):
    operation = case.operation.label
    if "etag" in response.headers:
        path = response.headers.get("location", [changed_path(case)])[0]
        entity_tags[path] = response.headers["etag"][0]
    if operation == "POST /expenses/" and response.status_code == 201:
        if category_id := response.json()["category_id"]:
            category_ids[case.auth_identity] = category_id
    elif "/categories/" in operation and response.status_code in (200, 201, 204):
        known = categories.setdefault(case.auth_identity, {})
        body = {} if response.status_code == 204 else response.json()
        if operation.startswith("DELETE") or operation.endswith("/merge"):
            known.pop(case.path_parameters["id"], None)
        for item in body.get("items", [body] if "parent_id" in body else []):
            known[item["id"]] = item["parent_id"]
        if lone := lone_category(case.auth_identity):
            category_ids[case.auth_identity] = lone
        else:
            category_ids.pop(case.auth_identity, None)
    if "/recurring/" in operation and response.status_code in (200, 201) and "next_on" in response.json():
        recurring = response.json()
        next_dates[recurring["id"]] = recurring["next_on"]
        if operation.endswith("/change"):
            replaced = case.path_parameters["id"]
            successors.update({old: recurring["id"] for old, new in successors.items() if new == replaced})
            successors[replaced] = recurring["id"]
    lists = ("GET /alerts/", "GET /budgets/", "GET /expenses/", "GET /categories/", "GET /recurring/", "GET /tags/")
    if operation in lists and response.status_code == 200:
        if cursor := response.json()["next_cursor"]:
            next_pages[operation, case.auth_identity] = {**(case.query or {}), "cursor": cursor}


def changed_path(case) -> str:
    """Where what a request changes is: actions have addresses below it."""
    return re.sub(r"^(/recurring/[^/]+)/[a-z]+$", r"\1", case.formatted_path)


def is_text(value, least: int, most: int, pattern: str = r".*") -> bool:
    return isinstance(value, str) and least <= len(value) <= most and bool(re.fullmatch(pattern, value, re.DOTALL))


def is_id(value) -> bool:
    try:
        return isinstance(value, str) and bool(uuid.UUID(value))
    except ValueError:
        return False


def is_date(value) -> bool:
    return is_text(value, 10, 10, r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def is_amount(value, least: float) -> bool:
    if isinstance(value, str):
        value = float(value) if re.fullmatch(r"[0-9]{1,15}(\.[0-9]{1,15})?", value) else None
    return isinstance(value, int | float) and not isinstance(value, bool) and least <= value < 10**DIGITS


def valid_registration(body: dict) -> dict:
    # The most common passwords are refused, and random data likes `00000000`.
    if is_text(body.get("password"), 8, 128):
        body["password"] = f"Zq7-{body['password']}"[: max(8, len(body["password"]))]
    # An address registers once, and random data likes `0@a.com`.
    email = body.get("email")
    if is_text(email, 3, 254, r"[^@\s]+@[^@\s]+\.[^@\s]+"):
        if email.lower() in registered:
            body["email"] = f"user-{len(registered)}@example.org"
        registered.add(body["email"].lower())
    return body


def lone_category(user: str, other_than: str | None = None) -> str | None:
    """The newest category that no other is above or below, but not this one."""
    known = categories.get(user, {})
    parents = set(known.values())
    lone = [id for id, parent in known.items() if parent is None and id not in parents and id != other_than]
    return max(lone, default=None)


def valid_category(body: dict, user: str, id: str | None) -> dict:
    if is_text(body.get("name"), 1, 100, r"[^\x00-\x1f\x7f-\x9f]*\S[^\x00-\x1f\x7f-\x9f]*"):
        # Each name is taken once.
        body["name"] = f"{body['name'].strip()[:90]} {next(numbers)}"
    if is_id(body.get("into")):
        body["into"] = lone_category(user, id) or body["into"]
    if is_id(body.get("parent_id")):
        # There are two levels.
        has_children = id in categories.get(user, {}).values()
        body["parent_id"] = None if has_children else lone_category(user, id)
    return body


def valid_budget(body: dict, user: str, is_new: bool) -> dict:
    ids = body.get("category_ids")
    if isinstance(ids, list) and ids and all(is_id(it) for it in ids):
        body["category_ids"] = [category_ids[user]] if user in category_ids else []
    if not is_new:
        # What cannot be changed.
        for name, pattern in (("currency", "[A-Z]{3}"), ("period", "week|month|quarter|year")):
            if is_text(body.get(name), 1, 9, pattern):
                del body[name]
    currency = body.get("currency")
    if is_amount(body.get("amount"), 0.0001) and not isinstance(body["amount"], str):
        if currency is None or is_text(currency, 3, 3, "[A-Z]{3}"):
            body["amount"] = valid_amount(body["amount"], currency)
    if is_date(body.get("amount_from")):
        # It goes with a new amount, and is to be a day of the budget.
        del body["amount_from"]
    first, last = body.get("starts_on"), body.get("ends_on")
    if is_date(last) and (first is None or is_date(first) and first > last):
        body["starts_on"] = last
    elif is_date(first) and last is None:
        body["ends_on"] = None
    percents = body.get("alert_at")
    if isinstance(percents, list) and all(type(it) is int and 1 <= it <= 1000 for it in percents):
        body["alert_at"] = sorted(set(percents))
    return body


def valid_range(query: dict) -> dict:
    # So short that there are not too many periods in it.
    for name, other in (("from", "to"), ("to", "from")):
        if is_date(query.get(name)) and (query.get(other) is None or is_date(query[other])):
            query[other] = query[name]
    return query


def valid_cursor(query: dict, operation: str, user: str, is_positive: bool) -> dict:
    if isinstance(query.get("cursor"), str):
        # A cursor belongs to its list: the one that the server gave, with its query, or none.
        del query["cursor"]
        if is_positive and (operation, user) in next_pages:
            return next_pages[operation, user]
    return query


def valid_expense(body: dict, user: str, is_patch: bool) -> dict:
    if is_id(body.get("category_id")) and (body.get("category") is None or is_text(body["category"], 1, 100)):
        # One that exists, and not together with a name.
        if user in category_ids:
            body["category_id"] = category_ids[user]
            body.pop("category", None)
        else:
            del body["category_id"]
    currency = body.get("currency")
    if currency is not None and not is_text(currency, 3, 3, "[A-Z]{3}"):
        return body
    if is_patch and currency is not None:
        # The amount that is stored may have more decimals than the new currency.
        body.setdefault("amount", 1)
    if is_amount(body.get("amount"), 0.0001) and not isinstance(body["amount"], str):
        body["amount"] = valid_amount(body["amount"], currency)
    return body


RULES = ["FREQ=DAILY;INTERVAL=30", "FREQ=MONTHLY;BYMONTHDAY=31", "freq=weekly;byday=mo,fr", "FREQ=YEARLY"]


def valid_recurring(body: dict, user: str, operation: str, id: str | None) -> dict:
    """With a rule that is one, a start not long ago, many dates to come and, where a date is named, one of them."""
    is_new = operation.startswith("PUT") or operation == "POST /recurring/"
    body = valid_expense(body, user, is_patch=not is_new)
    if is_text(body.get("rule"), 10, 500, r"[A-Za-z0-9=;,:+-]+"):
        body["rule"] = RULES[len(body["rule"]) % len(RULES)]
        # One that was changed from its first date on has ended before it started.
        body.setdefault("ends_on", None)
    if is_date(body.get("starts_on")):
        body["starts_on"] = "2026-01-01"
    if is_date(body.get("ends_on")):
        body["ends_on"] = "2199-01-01"
    if type(body.get("occurrences")) is int and 1 <= body["occurrences"] <= 10_000:
        body["occurrences"] = 10_000
    if body.get("paused") is True:
        body["paused"] = False
    for name in ("date", "from"):
        if is_date(body.get(name)) and next_dates.get(id):
            body[name] = next_dates[id]
    return body


def valid_amount(amount: float | str, currency: str | None) -> float | int:
    """The amount with no more decimals than its currency has, and at most 15 digits of its smallest unit."""
    if currency is None:
        least, most = 0, max(DECIMALS.values())
    else:
        least = most = DECIMALS.get(currency, 2)
    unit = Decimal(1).scaleb(-least)
    largest = Decimal(10**DIGITS - 1).scaleb(-most)
    largest = largest.quantize(unit, ROUND_DOWN)
    exact = min(Decimal(str(amount)), largest).quantize(unit, ROUND_DOWN)
    exact = max(exact, unit)
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def valid_list_query(query: dict, user: str, is_positive: bool) -> dict:
    if isinstance(query.get("cursor"), str):
        # A cursor belongs to its list: the one that the server gave, with its query, or none.
        del query["cursor"]
        if is_positive and ("GET /expenses/", user) in next_pages:
            return next_pages["GET /expenses/", user]
    for name in ("min_amount", "max_amount"):
        if is_amount(query.get(name), 0):
            query[name] = valid_amount(query[name], None)
    for low, high in (("from", "to"), ("min_amount", "max_amount")):
        bounds = query.get(low), query.get(high)
        if bounds[0] is None or bounds[1] is None or type(bounds[0]) is not type(bounds[1]):
            continue
        if isinstance(bounds[0], str | int | float) and bounds[0] > bounds[1]:
            query[low], query[high] = query[high], query[low]
    return query
