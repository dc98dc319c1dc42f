"""Users and what they spent. A few expenses come through the API; direct SQL makes thousands out of each of them,
alike but for id and date: what the product would have written."""

import datetime
import json
import subprocess

from .api import Api

PASSWORD = "correct horse battery staple"
PER_DAY = 20
TEMPLATES = 24
CATEGORIES = ["Food", "Transport", "Home", "Health", "Leisure", "Clothes", "Travel", "Gifts"]
TITLES = ["Groceries for the weekend", "Tram ticket", "Electricity", "Pharmacy", "Cinema", "Winter shoes", "Café", "Flowers"]
TODAY = datetime.datetime.now(datetime.timezone.utc).date()


class User:
    def __init__(self, email):
        self.email = email
        self.id = None
        self.token = None
        # Ids of some expenses of theirs.
        self.expenses = []


def expense(number):
    """A body for POST that leaves nothing to the defaults of the user."""
    return {
        "title": f"{TITLES[number % len(TITLES)]} {number}",
        "description": "Paid by card, receipt kept",
        "amount": round(1 + number * 7.31 % 250, 2),
        "currency": "EUR",
        "category": CATEGORIES[number % len(CATEGORIES)],
        "date": str(TODAY - datetime.timedelta(days=number % 28)),
    }


def json_body(body):
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def make_users(port, names):
    """Users, each with some expenses."""
    api = Api(port)
    users = [User(f"{name}@example.org") for name in names]
    for user in users:
        user.id = api.register(user.email, PASSWORD)
        log_in(port, [user])
        for number in range(TEMPLATES):
            created = api.json("POST", "/expenses/", expense(number), user.token, expect=201)
            user.expenses.append(created["id"])
    return users


def add_budgets(port, users, amount):
    """As many as someone has: over everything, over one category or some, by month and by quarter."""
    api = Api(port)
    for user in users:
        listed = api.json("GET", "/categories/?limit=200", token=user.token)["items"]
        ids = {category["name"]: category["id"] for category in listed}
        for number, names in enumerate([[], CATEGORIES[:1], CATEGORIES[1:3], CATEGORIES[3:6], CATEGORIES[4:]]):
            body = {
                "name": ", ".join(names) or "Everything",
                "amount": amount,
                "category_ids": [ids[name] for name in names],
                "period": "quarter" if number == 4 else "month",
                "starts_on": str(TODAY.replace(month=1, day=1)),
            }
            api.json("POST", "/budgets/", body, user.token, expect=201)


def add_recurring(port, user):
    api = Api(port)
    for title in TITLES[:4]:
        body = {"title": title, "amount": 30, "rule": "FREQ=WEEKLY", "starts_on": str(TODAY + datetime.timedelta(days=3))}
        api.json("POST", "/recurring/", body, user.token, expect=201)


def log_in(port, users):
    api = Api(port)
    for user in users:
        user.token = api.token(user.email, PASSWORD)


def _multiply(engine, user, rows, columns, per_day):
    """SQL that makes `rows` expenses out of those that a user has, from the oldest to the newest."""
    first = TODAY - datetime.timedelta(days=(rows - 1) // per_day)
    # UUIDv7: a time, each row 40 ms after the one before, and the number of the row.
    start = int(datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc).timestamp() * 1000)
    if engine == "postgres":
        owner = f"'{user.id}'"
        id = f"(lpad(to_hex({start} + k * 40), 12, '0') || '70008' || lpad(to_hex(k), 15, '0'))::uuid"
        date = f"date '{first}' + (k / {per_day})::int"
        numbers = f"SELECT generate_series(0::bigint, {rows // TEMPLATES - 1}) AS g"
    else:
        owner = f"x'{user.id.replace('-', '')}'"
        id = f"unhex(printf('%012x70008%015x', {start} + k * 40, k))"
        date = f"date('{first}', '+' || (k / {per_day}) || ' days')"
        numbers = (
            f"WITH RECURSIVE n (g) AS (SELECT 0 UNION ALL SELECT g + 1 FROM n WHERE g < {rows // TEMPLATES - 1}) "
            "SELECT g FROM n"
        )
    values = ", ".join({"id": id, "date": date}.get(column, column) for column in columns)
    return (
        f"INSERT INTO expenses ({', '.join(columns)}) SELECT {values} FROM (SELECT t.*, "
        f"n.g * {TEMPLATES} + t.template AS k FROM ({numbers}) n CROSS JOIN "
        f"(SELECT *, row_number() OVER (ORDER BY id) - 1 AS template FROM expenses WHERE user_id = {owner}) t) AS made "
        "ORDER BY k"
    )


def some(things, count):
    """So many of a list, spread over all of it."""
    step = max(1, len(things) // count)
    return things[::step][:count]


class PostgresData:
    def __init__(self, postgres):
        self.postgres = postgres

    def multiply(self, users, rows, per_day=PER_DAY):
        columns = [row[0] for row in self.postgres.query(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'expenses' ORDER BY ordinal_position"
        )]  # fmt: skip
        for user in users:
            self.postgres.query(_multiply("postgres", user, rows, columns, per_day))
        self.settle()

    def settle(self):
        """What autovacuum and the checkpointer would do sooner or later, in the middle of a measurement."""
        self.postgres.query("VACUUM ANALYZE expenses")
        self.postgres.query("CHECKPOINT")

    def ids(self, user):
        return [row[0] for row in self.postgres.query(f"SELECT id FROM expenses WHERE user_id = '{user.id}' ORDER BY id")]


class SqliteData:
    def __init__(self, floor, path):
        self.floor = floor
        self.path = path

    def script(self, sql):
        subprocess.run([self.floor, "sqlite-script", self.path], input=sql, check=True, text=True)

    def query(self, sql):
        output = subprocess.run(
            [self.floor, "sqlite-query", self.path], input=sql, check=True, text=True, capture_output=True
        ).stdout
        return output.splitlines()

    def multiply(self, users, rows, per_day=PER_DAY):
        columns = self.query("SELECT name FROM pragma_table_info('expenses')")
        for user in users:
            self.script(_multiply("sqlite", user, rows, columns, per_day))
        self.settle()

    def settle(self):
        self.script("PRAGMA wal_checkpoint(TRUNCATE)")

    def ids(self, user):
        digits = user.id.replace("-", "")
        rows = self.query(f"SELECT hex(id) FROM expenses WHERE user_id = x'{digits}' ORDER BY id")
        return [f"{row[:8]}-{row[8:12]}-{row[12:16]}-{row[16:20]}-{row[20:]}".lower() for row in rows]
