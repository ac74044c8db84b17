"""The metrics of the service, read by the parser of Prometheus' own Python client."""

import re

from prometheus_client.parser import text_string_to_metric_families

NAME = re.compile(r"smartpole_[a-z0-9_]+")


def families(demo):
    with demo.get("/metrics") as answer:
        assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
        return list(text_string_to_metric_families(answer.read().decode()))


def test_every_metric_has_a_name_of_ours_a_help_a_type_and_samples(demo):
    found = families(demo)
    assert len(found) >= 15
    assert len({family.name for family in found}) == len(found), "a family stands once"
    for family in found:
        assert NAME.fullmatch(family.name), family.name
        assert family.documentation.endswith("."), f"{family.name} has no sentence that explains it"
        assert family.type in {"counter", "gauge", "histogram", "summary"}, f"{family.name} is {family.type}"
        assert family.samples, f"{family.name} has no sample"


def test_counters_are_totals_and_units_are_base_units(demo):
    for family in families(demo):
        for sample in family.samples:
            assert (family.type == "counter") == sample.name.endswith("_total"), f"{sample.name} is a {family.type}"
        assert not re.search(r"_(ms|milliseconds|minutes|hours|kb|mb|percent)$", family.name), family.name


def test_counters_only_grow_and_no_series_stands_twice(demo):
    def counted():
        samples = [(sample.name, tuple(sorted(sample.labels.items())), sample.value) for family in families(demo) if family.type == "counter" for sample in family.samples]
        assert len({name_and_labels[:2] for name_and_labels in samples}) == len(samples)
        return {sample[:2]: sample[2] for sample in samples}

    before, after = counted(), counted()
    assert before and all(after[series] >= value for series, value in before.items())


def test_the_public_is_not_told(demo):
    import urllib.error

    try:
        demo.get("/metrics", {"x-forwarded-for": "203.0.113.7"})
        status = 200
    except urllib.error.HTTPError as error:
        status = error.code
    assert status == 403
