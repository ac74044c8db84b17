"""SensorThings by Fraunhofer's Python client: what somebody reads who knows the standard and not us."""

from datetime import datetime, timedelta, timezone

import pytest
import requests
from frost_sta_client.service.sensorthingsservice import SensorThingsService


@pytest.fixture(scope="module")
def root(demo):
    return demo.address("/sta/v1.1")


@pytest.fixture(scope="module")
def service(root):
    return SensorThingsService(root)


@pytest.fixture(scope="module")
def dust(service):
    """A datastream of particles, with what it hangs on."""
    wanted = service.datastreams().query().filter("properties/property eq 'pm2_5'").expand("Thing,ObservedProperty,Sensor")
    return wanted.list().get(0)


@pytest.fixture(scope="module")
def span():
    """Six hours that are over."""
    to = datetime.now(timezone.utc).replace(microsecond=0) - timedelta(hours=1)
    return to - timedelta(hours=6), to


def within(span, more=""):
    since, to = (at.strftime("%Y-%m-%dT%H:%M:%SZ") for at in span)
    return f"phenomenonTime ge {since} and phenomenonTime lt {to}{more}"


def ids(entities):
    return [entity.id for entity in entities]


def test_things_are_where_their_locations_are(service):
    things = list(service.things().query().expand("Locations").list())
    assert len(things) > 20 and len(set(ids(things))) == len(things)
    for thing in things:
        [place] = thing.locations.entities
        longitude, latitude = place.location["coordinates"]
        assert 7.2 < longitude < 7.5 and 51.4 < latitude < 51.7


def test_a_page_leads_to_the_next_until_all_are_there(service):
    counted = service.datastreams().query().count().top(10).list()
    every = ids(counted)
    # the demo goes on, so there may be more in the meantime
    assert 100 < counted.count <= len(every) == len(set(every))


def test_a_datastream_names_thing_sensor_property_and_unit(dust):
    assert dust.observed_property.properties["property"] == "pm2_5"
    assert dust.unit_of_measurement.symbol == "µg/m³"
    assert dust.thing.name in dust.name
    assert dust.sensor.name == dust.properties["device"] and dust.sensor.encoding_type == "text/html"


def test_observations_are_in_their_span_and_in_order_over_pages(dust, span):
    observations = list(dust.get_observations().query().filter(within(span)).top(10).list())
    times = [datetime.fromisoformat(one.phenomenon_time.replace("Z", "+00:00")) for one in observations]
    assert len(times) > 30 and times == sorted(times) and span[0] <= times[0] and times[-1] < span[1]
    backwards = list(dust.get_observations().query().filter(within(span)).orderby("phenomenonTime", "DESC").top(7).list())
    assert ids(backwards) == ids(observations)[::-1]


def test_observations_are_filtered_by_result(dust, span):
    every = list(dust.get_observations().query().filter(within(span)).list())
    results = sorted(one.result for one in every if one.result is not None)
    middle = results[len(results) // 2]
    above = list(dust.get_observations().query().filter(within(span, f" and result gt {middle}")).list())
    assert ids(above) == ids(one for one in every if one.result is not None and one.result > middle)
    assert 0 < len(above) < len(every)


def test_tables_have_the_observations_of_the_list(root, dust, span):
    every = list(dust.get_observations().query().filter(within(span)).list())
    question = {"$filter": within(span), "$resultFormat": "dataArray", "$select": "id,result", "$top": 10_000}
    [table] = requests.get(f"{root}/Datastreams({dust.id})/Observations", params=question, timeout=60).json()["value"]
    assert table["components"] == ["id", "result"]
    assert table["dataArray"] == [[one.id, one.result] for one in every]


def test_an_observation_is_found_by_its_id(service, dust, span):
    one = dust.get_observations().query().filter(within(span)).top(1).list().get(0)
    found = service.observations().find(one.id)
    assert (found.id, found.result, found.phenomenon_time) == (one.id, one.result, one.phenomenon_time)


def test_the_newest_value_of_each_sensor_comes_with_one_question(service, demo):
    known = {item["device"] for item in demo.json("/api/v1/latest", property="pm2_5")["items"]}
    newest = "Sensor,Observations($orderby=phenomenonTime desc;$top=1)"
    asked = service.datastreams().query().filter("properties/property eq 'pm2_5'").expand(newest).list()
    found = {datastream.sensor.name: datastream.observations.entities for datastream in asked}
    assert known <= set(found) and all(len(one) == 1 for one in found.values())


def test_places_are_found_by_their_area(service):
    inside = "st_within(location, geography'POLYGON((7.2 51.4, 7.313 51.4, 7.313 51.7, 7.2 51.7, 7.2 51.4))')"
    west, east, every = ({place.id: place.location["coordinates"][0] for place in service.locations().query().filter(condition).list()}
                         for condition in (inside, f"not {inside}", "true"))
    assert west and max(west.values()) < 7.313 and east and min(east.values()) >= 7.313
    assert set(west) | set(east) <= set(every)


def test_the_public_finds_no_datastream_of_counters(root):
    # whoever asks over a proxy is the public
    asked = requests.get(f"{root}/Datastreams", params={"$top": 10_000}, headers={"x-forwarded-for": "203.0.113.7"}, timeout=60)
    seen = {datastream["properties"]["property"] for datastream in asked.json()["value"]}
    assert "pm2_5" in seen and not any(name.startswith(("people", "bicycles", "vehicles", "wlan")) for name in seen)


def test_a_mistake_is_said_with_what_was_meant(root):
    answer = requests.get(f"{root}/Things", params={"$filter": "nmae eq 'x'"}, timeout=60)
    assert answer.status_code == 400 and "did you mean name?" in answer.json()["remedy"]
