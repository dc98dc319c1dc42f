"""Alarms, who gets them, the dashboard and the budget."""

import json

from .base import equal, fault, must

ALARM_FIELDS = "AlarmName AlarmDescription ActionsEnabled OKActions AlarmActions MetricName Namespace Statistic ExtendedStatistic Dimensions Period EvaluationPeriods Threshold ComparisonOperator TreatMissingData".split()


def changed_alarm(name, **change):
    @fault
    def planted(w):
        alarm = {key: value for key, value in w.alarms()[name].items() if key in ALARM_FIELDS}
        w.cloudwatch.put_metric_alarm(**{**alarm, **change})
        yield
        w.cloudwatch.put_metric_alarm(**alarm)

    return planted


@must("every alarm mails its topic, in alarm and when it is over", changed_alarm("latency-p99", AlarmActions=[]))
def _(w):
    for name, alarm in w.alarms().items():
        equal((alarm["AlarmActions"], alarm["OKActions"]), ([w.topic()], [w.topic()]), name)


@must("there is an alarm for each thing that goes wrong", changed_alarm("errors-5xx", MetricName="RequestCount"))
def _(w):
    found = {name: (alarm["Namespace"], alarm["MetricName"], alarm.get("Statistic") or alarm.get("ExtendedStatistic")) for name, alarm in w.alarms().items()}
    equal(
        found,
        {
            "errors-5xx": ("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", "Sum"),
            "errors-5xx-alb": ("AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", "Sum"),
            "latency-p99": ("AWS/ApplicationELB", "TargetResponseTime", "p99"),
            "unhealthy-hosts": ("AWS/ApplicationELB", "UnHealthyHostCount", "Maximum"),
            "service-cpu": ("AWS/ECS", "CPUUtilization", "Average"),
            "service-memory": ("AWS/ECS", "MemoryUtilization", "Maximum"),
            "service-error-logs": (w.name, "ErrorLines", "Sum"),
            "database-cpu": ("AWS/RDS", "CPUUtilization", "Average"),
            "database-conns": ("AWS/RDS", "DatabaseConnections", "Maximum"),
            "database-storage": ("AWS/RDS", "FreeStorageSpace", "Minimum"),
            "database-credits": ("AWS/RDS", "CPUCreditBalance", "Minimum"),
        },
        "alarms",
    )


@must("alarms watch this environment's resources", changed_alarm("database-cpu", Dimensions=[{"Name": "DBInstanceIdentifier", "Value": "another"}]))
def _(w):
    balancer = w.balancer().split(":loadbalancer/")[1]
    group = w.target_group()["TargetGroupArn"].rsplit(":", 1)[1]
    wanted = {
        "AWS/ApplicationELB": {("LoadBalancer", balancer), ("TargetGroup", group)},
        "AWS/ECS": {("ClusterName", w.name), ("ServiceName", w.name)},
        "AWS/RDS": {("DBInstanceIdentifier", w.name)},
        w.name: set(),
    }
    for name, alarm in w.alarms().items():
        found = {(one["Name"], one["Value"]) for one in alarm["Dimensions"]}
        assert found <= wanted[alarm["Namespace"]] and bool(found) == bool(wanted[alarm["Namespace"]]), f"{name} watches {found}"


@fault
def nobody_listens(w):
    with w.answer("sns", "ListSubscriptionsByTopic", lambda answer: answer["Subscriptions"].clear()):
        yield


@must("somebody gets the alarms", nobody_listens)
def _(w):
    found = [(one["Protocol"], one["Endpoint"]) for one in w.sns.list_subscriptions_by_topic(TopicArn=w.topic())["Subscriptions"]]
    equal(found, [("email", "ops@example.com")], "subscriptions")


@fault
def other_filter(w):
    before = w.logs.describe_metric_filters(logGroupName=f"/ecs/{w.name}")["metricFilters"][0]
    keep = {key: before[key] for key in ("logGroupName", "filterName", "metricTransformations")}

    def put(pattern):
        # The emulator adds where AWS replaces.
        w.logs.delete_metric_filter(logGroupName=keep["logGroupName"], filterName=keep["filterName"])
        w.logs.put_metric_filter(**keep, filterPattern=pattern)

    put('{ $.level = "DEBUG" }')
    yield
    put(before["filterPattern"])


@must("error lines of the log are counted", other_filter)
def _(w):
    (found,) = w.logs.describe_metric_filters(logGroupName=f"/ecs/{w.name}")["metricFilters"]
    metric = found["metricTransformations"][0]
    equal((found["filterPattern"], metric["metricName"], metric["metricNamespace"]), ('{ $.level = "ERROR" }', "ErrorLines", w.name), "filter")


@fault
def empty_dashboard(w):
    before = w.cloudwatch.get_dashboard(DashboardName=w.name)["DashboardBody"]
    w.cloudwatch.put_dashboard(DashboardName=w.name, DashboardBody='{"widgets": []}')
    yield
    w.cloudwatch.put_dashboard(DashboardName=w.name, DashboardBody=before)


@must("the dashboard shows every alarm", empty_dashboard)
def _(w):
    widgets = json.loads(w.cloudwatch.get_dashboard(DashboardName=w.name)["DashboardBody"])["widgets"]
    shown = {arn for widget in widgets for arn in widget["properties"].get("alarms", [])}
    equal(shown, {alarm["AlarmArn"] for alarm in w.alarms().values()}, "alarms")


@fault
def silent_budget(w):
    with w.answer("budgets", "DescribeNotificationsForBudget", lambda answer: answer["Notifications"].pop()):
        yield


@must("a budget alerts before and when it is spent", silent_budget)
def _(w):
    budget = w.budgets.describe_budget(AccountId=w.account, BudgetName=w.name)["Budget"]
    equal(float(budget["BudgetLimit"]["Amount"]), w["budget"], "limit")
    notes = w.budgets.describe_notifications_for_budget(AccountId=w.account, BudgetName=w.name)["Notifications"]
    equal({(note["NotificationType"], float(note["Threshold"])) for note in notes}, {("FORECASTED", 80.0), ("ACTUAL", 100.0)}, "alerts")
    for note in notes:
        told = w.budgets.describe_subscribers_for_notification(AccountId=w.account, BudgetName=w.name, Notification=note)["Subscribers"]
        equal({one["Address"] for one in told}, {"ops@example.com", w.topic()}, "told")
