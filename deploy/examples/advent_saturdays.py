#!/usr/bin/env python3
"""How many crossings did a square see on the Advent Saturdays, in opening hours, compared to last year's?

    python3 advent_saturdays.py --url http://127.0.0.1:8080 --zone am-markt --year 2026
    python3 advent_saturdays.py 2026-11-21 2026-11-28            # these days instead

Needs nothing but Python 3.9; with matplotlib it draws `--chart advent.png` as well. Exact counts and comparisons are for
operators, so ask from the machine of the service or from a network of `[http] operators`. The partner of a day has the same
distance from the first Sunday in Advent; what cannot be compared says why. Counters count crossings, not people.
"""

import argparse
import json
import sys
import urllib.error
import urllib.parse
import urllib.request
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")


def advent_saturdays(year):
    """The Saturdays before the four Sundays in Advent, of which the last is the one before 25 December."""
    christmas = date(year, 12, 25)
    fourth = christmas - timedelta(days=christmas.weekday() + 1)
    return [fourth - timedelta(days=1 + 7 * weeks) for weeks in (3, 2, 1, 0)]


def midnight(day):
    """The first instant of a day in the city, as RFC 3339."""
    return datetime(day.year, day.month, day.day, tzinfo=BERLIN).isoformat()


def footfall(url, zone, day):
    """The item of one day in opening hours beside last year's, or None, and what the answer is cited with."""
    question = {"zone": zone, "step": "1d", "hours": "open", "compare": "advent"}
    question |= {"from": midnight(day), "to": midnight(day + timedelta(days=1))}
    address = f"{url}/api/v1/footfall?{urllib.parse.urlencode(question)}"
    with urllib.request.urlopen(urllib.request.Request(address, headers={"accept": "application/json"})) as response:
        answer = json.load(response)
    if answer["no_sum"]:
        sys.exit(f"{zone} has no sum: {answer['no_sum']['meaning']}")
    return next(iter(answer["items"]), None), answer["citation"]


def row(day, item):
    """A line about one day."""
    if item is None or item["crossings"] is None:
        return f"{day:%a %d %b %Y}  no data"
    said = f"{day:%a %d %b %Y}  {item['crossings']:>8,} crossings  coverage {item['coverage']:4.0%}  {item['state']}"
    if "partner" in item:
        change = f"{item['change_permille'] / 10:+.1f} %" if "change_permille" in item else "no change to tell"
        return f"{said}; last year {item['partner']['crossings']:,} ({item['partner']['start'][:10]}): {change}"
    return f"{said}; not comparable: {item['not_comparable']['meaning']}"


def draw(path, zone, days):
    """A chart of pairs of bars; says so if there is no matplotlib."""
    try:
        import matplotlib

        matplotlib.use("Agg")
        from matplotlib import pyplot
    except ImportError:
        return print("no chart: pip install matplotlib", file=sys.stderr)
    figure, axes = pyplot.subplots(figsize=(7, 3.5), layout="constrained")
    known = [(day, item) for day, item in days if item and item["crossings"] is not None]
    at = range(len(known))
    axes.bar([x + 0.2 for x in at], [item["crossings"] for _, item in known], 0.4, color="#0b6e69", label="this year")
    before = [item.get("partner", {}).get("crossings", 0) for _, item in known]
    axes.bar([x - 0.2 for x in at], before, 0.4, color="#b6c0c3", label="last year")
    axes.set_xticks(list(at), [f"{day:%d %b}" for day, _ in known])
    axes.set_title(f"Crossings in opening hours, {zone}", loc="left")
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=144)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", default="http://127.0.0.1:8080", help="of the service (default: %(default)s)")
    parser.add_argument("--zone", default="am-markt", help="id of a zone (default: %(default)s)")
    parser.add_argument("--year", type=int, default=datetime.now(BERLIN).year, help="whose Advent (default: this one)")
    parser.add_argument("--chart", help="file of the chart, a .png or .svg")
    parser.add_argument("days", nargs="*", type=date.fromisoformat, help="other days than the Advent Saturdays")
    asked = parser.parse_args()
    days, citations = [], []
    for day in asked.days or advent_saturdays(asked.year):
        try:
            item, citation = footfall(asked.url.rstrip("/"), asked.zone, day)
        except urllib.error.HTTPError as error:
            problem = json.load(error)
            sys.exit(f"{problem['title']}: {problem['detail']}; {problem['remedy']}")
        days.append((day, item))
        citations.append(citation["link"])
        print(row(day, item))
    pairs = [item for _, item in days if item and "partner" in item]
    if pairs:
        now, before = (sum(of) for of in zip(*((item["crossings"], item["partner"]["crossings"]) for item in pairs)))
        change = f": {now / before - 1:+.1%}" if before else ""
        print(f"together {now:,}, last year {before:,}{change} ({len(pairs)} of {len(days)} days are comparable)")
    else:
        print("no day can be compared with last year's")
    print("to be cited:", *citations, sep="\n  ")
    if asked.chart:
        draw(asked.chart, asked.zone, days)


if __name__ == "__main__":
    main()
