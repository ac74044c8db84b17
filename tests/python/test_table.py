"""Tables of the interface, read by Apache Arrow."""

import io

from conftest import days_ago
from pyarrow import csv


def test_a_table_has_the_rows_and_the_numbers_of_the_json_answer(demo):
    question = {"zone": "altstadt", "property": "pm2_5", "step": "1h", "from": days_ago(7), "to": days_ago(2)}
    items = demo.json("/api/v1/series", **question)["items"]
    with demo.get("/api/v1/series", {"accept": "text/csv"}, **question) as answer:
        table = csv.read_csv(io.BytesIO(answer.read()))
    assert len(items) == 120
    assert table.column("mean").to_pylist() == [item["mean"] for item in items]
    assert table.column("count").to_pylist() == [item["count"] for item in items]
