"""make logs: log lines of the last SINCE seconds (default 900); FOLLOW=1 goes on until interrupted."""

import os
import time

from aws import POLL_SECONDS, client, log_lines, say, script


def show(events):
    for event in events:
        say(f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(event['timestamp'] / 1000))} {event['logStreamName'].rsplit('/', 1)[-1][:8]} {event['message'].rstrip()}")


def main():
    since = int(os.environ.get("SINCE", "900"))
    events = log_lines(since)
    show(events)
    if os.environ.get("FOLLOW") != "1":
        if not events:
            say(f"no log line in the last {since} seconds")
        return
    seen = {event["eventId"] for event in events}
    while True:
        time.sleep(POLL_SECONDS)
        # Lines arrive late and out of order: look back a minute and leave out what was shown.
        events = [event for event in log_lines(60) if event["eventId"] not in seen]
        seen.update(event["eventId"] for event in events)
        show(events)


try:
    script(main)
except KeyboardInterrupt:
    pass
