"""A journey through the API with a client made from its document: `python journey.py BASE_URL`."""

import datetime
import sys
from http import HTTPStatus

from finance_client import AuthenticatedClient, Client
from finance_client.api.authentication import login, register
from finance_client.api.expenses import (
    change_expense,
    create_expense,
    delete_expense,
    list_expenses,
    replace_expense,
    show_expense,
)
from finance_client.api.profile import change_profile, show_profile
from finance_client.models import (
    AccessToken,
    Currency,
    Expense,
    ExpenseChange,
    ExpenseInput,
    ExpenseList,
    Kind,
    Login,
    Problem,
    ProfileChange,
    Registration,
    User,
    Weekday,
)
from finance_client.types import UNSET, Unset

EMAIL = "python@example.org"
PASSWORD = "correct horse battery staple"


def main(base_url: str) -> None:
    anyone = Client(base_url=base_url)
    user = register.sync(client=anyone, body=Registration(email=EMAIL, password=PASSWORD, name="Ada"))
    assert isinstance(user, User), user
    token = login.sync(client=anyone, body=Login(email=EMAIL, password=PASSWORD))
    assert isinstance(token, AccessToken), token
    client = AuthenticatedClient(base_url=base_url, token=token.access_token)

    stranger = AuthenticatedClient(base_url=base_url, token="not.a.token")
    refused = show_profile.sync_detailed(client=stranger)
    assert refused.status_code == HTTPStatus.UNAUTHORIZED, refused
    assert isinstance(refused.parsed, Problem) and refused.parsed.code == "invalid_token", refused

    change = ProfileChange(currency=Currency.JPY, first_day_of_week=Weekday.SUNDAY)
    profile = change_profile.sync(client=client, body=change)
    assert isinstance(profile, User) and profile.currency == Currency.JPY, profile

    # Create, with as little as is needed and with all there is.
    ramen = create_expense.sync(client=client, body=ExpenseInput(title="Ramen", amount=1200))
    assert isinstance(ramen, Expense), ramen
    assert (ramen.currency, ramen.kind) == (Currency.JPY, Kind.EXPENSE), ramen
    creation = create_expense.sync_detailed(
        client=client,
        body=ExpenseInput(
            title="Groceries",
            description="For the weekend",
            amount=45.58,
            currency=Currency.EUR,
            category="Food",
            tags=["market"],
            date=datetime.date(2026, 11, 20),
        ),
    )
    groceries = creation.parsed
    assert isinstance(groceries, Expense), creation
    assert creation.status_code == HTTPStatus.CREATED
    assert (groceries.amount, groceries.date) == (45.58, datetime.date(2026, 11, 20)), groceries

    body = ExpenseInput(title="x", amount=0.5, currency=Currency.JPY)
    problem = create_expense.sync(client=client, body=body)
    assert isinstance(problem, Problem) and problem.errors, problem
    assert problem.errors[0].pointer == "/amount", problem

    # Read and list.
    assert show_expense.sync(client=client, id=groceries.id) == groceries
    found = list_expenses.sync(client=client, currency=Currency.EUR, min_amount=45, q="GROCER")
    assert isinstance(found, ExpenseList) and found.items == [groceries], found
    walked: list[Expense] = []
    cursor: str | Unset | None = UNSET
    while cursor is not None:
        page = list_expenses.sync(client=client, limit=1, cursor=cursor)
        assert isinstance(page, ExpenseList), page
        walked += page.items
        cursor = page.next_cursor
    assert {expense.id for expense in walked} == {ramen.id, groceries.id}

    # Change, replace, and meet an older version.
    etag = creation.headers["etag"]
    patch = ExpenseChange(amount=47.1, description=None)
    changed = change_expense.sync(client=client, id=groceries.id, body=patch, if_match=etag)
    assert isinstance(changed, Expense), changed
    assert (changed.amount, changed.description, changed.title) == (47.1, None, "Groceries"), changed
    stale = delete_expense.sync(client=client, id=groceries.id, if_match=etag)
    assert isinstance(stale, Problem) and stale.code == "stale", stale
    body = ExpenseInput(
        title=changed.title,
        amount=changed.amount,
        currency=changed.currency,
        category_id=changed.category_id,
        kind=Kind.INCOME,
    )
    replaced = replace_expense.sync(client=client, id=groceries.id, body=body)
    assert isinstance(replaced, Expense), replaced
    assert (replaced.kind, replaced.category, replaced.tags) == (Kind.INCOME, "Food", []), replaced

    # Delete.
    deleted = delete_expense.sync_detailed(client=client, id=groceries.id)
    assert deleted.status_code == HTTPStatus.NO_CONTENT, deleted
    gone = show_expense.sync(client=client, id=groceries.id)
    assert isinstance(gone, Problem) and gone.code == "not_found", gone
    print("python: the client imports, its journey is done")


if __name__ == "__main__":
    main(sys.argv[1])
