"""Exports, read by Apache Arrow: a CSV and a Parquet file of the same question hold the same."""

import io
import json

from conftest import days_ago, public
from pyarrow import compute, csv, parquet

READINGS = {"what": "readings", "from": days_ago(8), "to": days_ago(1)}


def exported(demo, question):
    with demo.get("/api/v1/export", **question) as answer:
        return answer.read()


def test_parquet_has_the_rows_types_and_values_of_the_csv_file(demo):
    table = csv.read_csv(io.BytesIO(exported(demo, READINGS)))
    file = parquet.ParquetFile(io.BytesIO(exported(demo, READINGS | {"format": "parquet"})))
    columns = file.read()
    assert columns.num_rows == table.num_rows > 100_000
    assert file.metadata.num_row_groups > 1
    for name in ["pole", "device", "property", "channel", "unit", "value", "counted", "time_source"]:
        assert columns.column(name).to_pylist() == table.column(name).to_pylist(), name
    assert str(columns.schema.field("event_time").type) == "timestamp[ms, tz=UTC]"
    assert compute.max(columns.column("event_time")).as_py().isoformat() < days_ago(1)


def test_windows_of_each_pole_are_the_same_in_every_form(demo):
    question = {"what": "windows", "each": "pole", "zone": "altstadt", "property": "pm2_5", "step": "1h"}
    question |= {"from": days_ago(5), "to": days_ago(3)}
    rows = csv.read_csv(io.BytesIO(exported(demo, question)))
    columns = parquet.read_table(io.BytesIO(exported(demo, question | {"format": "parquet"})))
    features = json.loads(exported(demo, question | {"format": "geojson"}))["features"]
    means = rows.column("mean").to_pylist()
    assert len(means) > 48 and means == columns.column("mean").to_pylist()
    assert means == [feature["properties"]["mean"] for feature in features]
    assert all(51 < feature["geometry"]["coordinates"][1] < 52 for feature in features)


def test_the_public_gets_no_personal_property(demo):
    question = {"what": "readings", "pole": "AM-01", "from": days_ago(5), "to": days_ago(3)}
    with demo.get("/api/v1/export", public(), **question, property="pm2_5", format="parquet") as answer:
        assert parquet.read_table(io.BytesIO(answer.read())).num_rows > 0
