"""Rules of the API that JSON Schema cannot express.

Each makes data that the document calls valid really valid, just before it is sent. Data that the document forbids is
sent as it is.
"""

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

# What the server told: each user's id of a category and the query of a next page; the entity tag of each path. And the
# e-mail addresses that it knows.
category_ids: dict[str, str] = {}
next_pages: dict[str, dict] = {}
entity_tags: dict[str, str] = {}
registered: set[str] = set()


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    operation = case.operation.label
    if case.headers.get("If-Match", "*") != "*" and case.formatted_path in entity_tags:
        # The version that the server gave, in place of one that nothing ever had.
        case.headers["If-Match"] = entity_tags[case.formatted_path]
    if operation == "GET /expenses/" and case.query:
        case.query = valid_list_query(dict(case.query), case.auth_identity)
    elif operation == "POST /auth/register" and isinstance(case.body, dict):
        case.body = valid_registration(dict(case.body))
    elif operation == "PATCH /me" and isinstance(case.body, dict) and "time_zone" in case.body:
        zone = TIME_ZONES[len(case.body["time_zone"]) % len(TIME_ZONES)]
        case.body = {**case.body, "time_zone": zone}
    elif operation in ("POST /expenses/", "PUT /expenses/{id}", "PATCH /expenses/{id}"):
        if isinstance(case.body, dict):
            is_patch = operation.startswith("PATCH")
            case.body = valid_expense(dict(case.body), case.auth_identity, is_patch)


@schemathesis.hook
def after_call(context, case, response):
    operation = case.operation.label
    if "etag" in response.headers:
        path = response.headers.get("location", [case.formatted_path])[0]
        entity_tags[path] = response.headers["etag"][0]
    if operation == "POST /expenses/" and response.status_code == 201:
        if category_id := response.json()["category_id"]:
            category_ids[case.auth_identity] = category_id
    elif operation == "GET /expenses/" and response.status_code == 200:
        if cursor := response.json()["next_cursor"]:
            next_pages[case.auth_identity] = {**(case.query or {}), "cursor": cursor}


def valid_registration(body: dict) -> dict:
    # The most common passwords are refused, and random data likes `00000000`.
    body["password"] = f"Zq7-{body['password']}"[:128]
    # An address registers once, and random data likes `0@a.com`.
    if body["email"].lower() in registered:
        body["email"] = f"user-{len(registered)}@example.org"
    registered.add(body["email"].lower())
    return body


def valid_expense(body: dict, user: str, is_patch: bool) -> dict:
    if body.get("category_id") is not None:
        # One that exists, and not together with a name.
        if user in category_ids:
            body["category_id"] = category_ids[user]
            body.pop("category", None)
        else:
            del body["category_id"]
    currency = body.get("currency")
    if is_patch and currency is not None:
        # The amount that is stored may have more decimals than the new currency.
        body.setdefault("amount", 1)
    if "amount" in body:
        body["amount"] = valid_amount(body["amount"], currency)
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


def valid_list_query(query: dict, user: str) -> dict:
    if "cursor" in query:
        # A cursor belongs to its list: the one that the server gave, with its query, or none.
        del query["cursor"]
        if user in next_pages:
            return next_pages[user]
    for name in ("min_amount", "max_amount"):
        if name in query:
            query[name] = valid_amount(query[name], None)
    for low, high in (("from", "to"), ("min_amount", "max_amount")):
        if low in query and high in query and query[low] > query[high]:
            query[low], query[high] = query[high], query[low]
    return query
