"""The dashboards for Grafana: whole, and about metrics that the service has."""

import json
import re

import promql_parser
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from conftest import REPOSITORY

GRAFANA = REPOSITORY / "deploy/grafana"
DASHBOARDS = sorted((GRAFANA / "dashboards").glob("*.json"))
# Those of targets, of which the demo has none, and of what has not happened in it.
ABSENT = re.compile(r"smartpole_(influx_.*|messages_dropped_total|downlinks_total)")


def panels(path):
    return json.loads(path.read_text())["panels"]


def expressions():
    return [(target["expr"], panel["title"]) for path in DASHBOARDS for panel in panels(path) for target in panel["targets"] if "expr" in target]


def variables(expression):
    """Grafana's own replaced as it replaces them."""
    return expression.replace("$__rate_interval", "1m").replace("$__interval", "1m")


def selectors(node, found):
    """All vector selectors of a parsed expression."""
    if isinstance(node, promql_parser.VectorSelector):
        found.append(node)
    for name in ("expr", "lhs", "rhs", "vector_selector"):
        if (inner := getattr(node, name, None)) is not None and not callable(inner):
            selectors(inner, found)
    for inner in getattr(node, "args", None) or []:
        selectors(inner, found)
    return found


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_a_dashboard_has_panels_side_by_side_that_explain_themselves_and_ask_a_source_that_is_provisioned(path):
    sources = {source["uid"]: source["type"] for source in yaml.safe_load((GRAFANA / "provisioning/datasources/smartpole.yaml").read_text())["datasources"]}
    found = panels(path)
    assert len({panel["id"] for panel in found}) == len(found) > 4
    taken = set()
    for panel in found:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert at["x"] + at["w"] <= 24 and not cells & taken, panel["title"]
        taken |= cells
        assert panel["description"].endswith((".", "Quarantäne.")), f"{panel['title']} does not say what it shows"
        for target in panel["targets"]:
            assert sources[target["datasource"]["uid"]] == target["datasource"]["type"] == panel["datasource"]["type"]
            assert target.get("query") or target.get("expr")


def test_dashboards_have_names_of_their_own():
    uids = [json.loads(path.read_text())["uid"] for path in DASHBOARDS]
    assert len(set(uids)) == len(uids) == 2


def test_each_expression_asks_for_metrics_and_labels_that_the_service_has(demo):
    with demo.get("/metrics") as answer:
        samples = [sample for family in text_string_to_metric_families(answer.read().decode()) for sample in family.samples]
    labels = {}
    for sample in samples:
        labels.setdefault(sample.name, set()).update(sample.labels)
    asked = expressions()
    assert len(asked) > 12
    for expression, title in asked:
        parsed = promql_parser.parse(variables(expression))
        found = selectors(parsed, [])
        assert found, f"{title}: nothing is asked for by {expression}"
        for selector in found:
            if ABSENT.fullmatch(selector.name):
                continue
            assert selector.name in labels, f"{title}: no metric {selector.name}"
            for label in re.findall(r"by \(([a-z, ]+)\)", expression):
                assert set(label.split(", ")) <= labels[selector.name], f"{title}: {selector.name} has no {label}"
