"""A journey through the API with a client made from its document: `python journey.py BASE_URL`."""

import datetime
import sys
from http import HTTPStatus

from finance_client import AuthenticatedClient, Client
from finance_client.api.authentication import login, register
from finance_client.api.budgets import create_budget, list_alerts, show_budget_status
from finance_client.api.categories import create_category, merge_category
from finance_client.api.expenses import (
    change_expense,
    create_expense,
    delete_expense,
    list_expenses,
    replace_expense,
    show_expense,
)
from finance_client.api.profile import change_profile, show_profile
from finance_client.api.recurring_expenses import create_recurring, list_upcoming_dates
from finance_client.api.reports import dashboard, monthly_report, summary_report
from finance_client.api.tags import list_tags
from finance_client.models import (
    AccessToken,
    AlertList,
    Budget,
    BudgetInput,
    BudgetStatus,
    Category,
    CategoryInput,
    CategoryMerge,
    Currency,
    Dashboard,
    Expense,
    ExpenseChange,
    ExpenseInput,
    ExpenseList,
    Kind,
    Login,
    MonthlyReport,
    Problem,
    ProfileChange,
    Recurring,
    RecurringInput,
    Registration,
    SummaryReport,
    SummaryReportGroupBy,
    TagList,
    UpcomingDates,
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
    money(client)
    print("python: the client imports, its journey is done")


def money(client: AuthenticatedClient) -> None:
    """Where the money goes: categories, a budget with its alert, what recurs, reports."""
    pets = create_category.sync(client=client, body=CategoryInput(name="Pets", color="#aa5500"))
    assert isinstance(pets, Category), pets
    vet = create_category.sync(client=client, body=CategoryInput(name="Vet", parent_id=pets.id))
    assert isinstance(vet, Category), vet
    taken = create_category.sync(client=client, body=CategoryInput(name="PETS"))
    assert isinstance(taken, Problem) and taken.code == "category_name_taken", taken
    first, last = datetime.date(2026, 10, 1), datetime.date(2026, 10, 31)
    body = BudgetInput(
        name="Animals", amount=100, currency=Currency.EUR, category_ids=[pets.id], starts_on=first
    )
    budget = create_budget.sync(client=client, body=body)
    assert isinstance(budget, Budget), budget
    bill = create_expense.sync(
        client=client,
        body=ExpenseInput(
            title="Vaccination",
            amount=85.5,
            currency=Currency.EUR,
            category_id=vet.id,
            tags=["cat"],
            date=datetime.date(2026, 10, 10),
        ),
    )
    assert isinstance(bill, Expense), bill
    status = show_budget_status.sync(client=client, id=budget.id, on=last)
    assert isinstance(status, BudgetStatus), status
    assert (status.spent, status.remaining, status.percent) == (85.5, 14.5, 85), status
    alerts = list_alerts.sync(client=client)
    assert isinstance(alerts, AlertList), alerts
    assert [(alert.threshold, alert.expense_id) for alert in alerts.items] == [(80, bill.id)], alerts
    tags = list_tags.sync(client=client)
    assert isinstance(tags, TagList), tags
    assert {tag.name: tag.count for tag in tags.items}["cat"] == 1, tags

    body_of_rent = RecurringInput(
        title="Rent",
        amount=900,
        currency=Currency.EUR,
        rule="FREQ=MONTHLY;BYMONTHDAY=31",
        starts_on=datetime.date(2099, 1, 31),
    )
    rent = create_recurring.sync(client=client, body=body_of_rent)
    assert isinstance(rent, Recurring), rent
    upcoming = list_upcoming_dates.sync(client=client, id=rent.id, count=2)
    assert isinstance(upcoming, UpcomingDates), upcoming
    assert [item.date for item in upcoming.items] == [
        datetime.date(2099, 1, 31),
        datetime.date(2099, 2, 28),
    ], upcoming

    month = monthly_report.sync(client=client, month="2026-10")
    assert isinstance(month, MonthlyReport), month
    assert [(c.currency, c.expenses, c.by_category[0].category) for c in month.currencies] == [
        (Currency.EUR, 85.5, "Vet")
    ], month
    summary = summary_report.sync(
        client=client, from_=first, to=last, group_by=SummaryReportGroupBy.KIND
    )
    assert isinstance(summary, SummaryReport), summary
    assert summary.currencies[0].net == -85.5, summary
    page = dashboard.sync(client=client, month="2026-10")
    assert isinstance(page, Dashboard) and page.month == "2026-10", page
    merged = merge_category.sync(client=client, id=vet.id, body=CategoryMerge(into=pets.id))
    assert isinstance(merged, Category), merged
    moved = show_expense.sync(client=client, id=bill.id)
    assert isinstance(moved, Expense) and moved.category == "Pets", moved


if __name__ == "__main__":
    main(sys.argv[1])
