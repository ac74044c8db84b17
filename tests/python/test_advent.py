"""The example for planners, run as they run it."""

import json
import subprocess
import sys
import time
import urllib.request
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from conftest import REPOSITORY

EXAMPLE = REPOSITORY / "deploy/examples/advent_saturdays.py"
BERLIN = ZoneInfo("Europe/Berlin")


def run(demo, *arguments):
    """What the example prints; it must end well."""
    asked = [sys.executable, EXAMPLE, "--url", demo.url, *map(str, arguments)]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def weekday_of_the_history():
    """The newest day of the last week that is over and on which shops were open."""
    today = datetime.now(BERLIN).date()
    return next(day for day in (today - timedelta(days=n) for n in range(1, 8)) if day.weekday() < 6)


def test_it_adds_up_the_hours_in_which_shops_are_open(demo):
    day = weekday_of_the_history()
    lines = run(demo, "--zone", "am-markt", day)
    at = lambda hour: datetime(day.year, day.month, day.day, hour, tzinfo=BERLIN).isoformat()
    open_ = demo.json("/api/v1/calendar", **{"from": day.isoformat(), "to": (day + timedelta(days=1)).isoformat()})["items"][0]["open"]
    items = demo.json("/api/v1/footfall", zone="am-markt", step="1h", **{"from": at(10), "to": at(20)})["items"]
    expected = sum(item["crossings"] for item in items) if open_ else None
    shown = f"{expected:>8,} crossings" if open_ else "no data"
    assert lines[0].startswith(f"{day:%a %d %b %Y}  {shown}"), lines
    assert "not comparable: " in lines[0] or not open_, "the demo has no year before this one"


def cited(demo, day):
    """The line that is printed about a day, and what the link says: it is as of a minute that is over, so a minute after the demo's
    history came both say the same."""
    for _ in range(80):
        lines = run(demo, day)
        with urllib.request.urlopen(lines[-1].strip()) as answer:
            said = [f"{item['crossings']:,} crossings" for item in json.load(answer)["items"]]
        if said and said[0] in lines[0]:
            break
        time.sleep(1)
    return lines[0], said


def test_it_asks_about_the_four_saturdays_and_its_links_give_the_same_figures(demo):
    lines = run(demo, "--year", 2024)
    assert [line[:15] for line in lines[:4]] == ["Sat 30 Nov 2024", "Sat 07 Dec 2024", "Sat 14 Dec 2024", "Sat 21 Dec 2024"]
    line, said = cited(demo, weekday_of_the_history())
    assert said and said[0] in line


def test_a_zone_that_is_misspelt_is_answered_with_the_right_one(demo):
    asked = [sys.executable, EXAMPLE, "--url", demo.url, "--zone", "am-mark", date(2026, 11, 28).isoformat()]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and 'did you mean "am-markt"?' in done.stderr, done.stderr
