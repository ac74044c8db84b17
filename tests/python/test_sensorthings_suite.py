"""The OGC's conformance suite for SensorThings, ets-sta10 1.5, which tests/servers/ets-sta10 gets; it needs Java 17.

Level 1, Sensing Core, reads. Levels 2 and 3 create entities before they look at anything, which a service to read refuses, so the suite skips
them for `ics` 1; what level 3 asks of filters is asked of a street in crates/sta/tests.
"""

import os
import pathlib
import subprocess
from xml.etree import ElementTree

LEVEL_1 = {
    "checkServiceRootUri",
    "readEntitiesAndCheckResponse",
    "readNonexistentEntity",
    "readEntityAndCheckResponse",
    "readPropertyOfEntityAndCheckResponse",
    "checkResourcePaths",
}
CACHE = pathlib.Path(os.environ.get("SMARTPOLE_CACHE", pathlib.Path.home() / ".cache/smartpole"))
# without a document type, which would be asked of another host
PROPERTIES = """<properties version="1.0"><entry key="iut">{root}</entry><entry key="ics">1</entry></properties>"""


def test_the_suite_passes_level_1(demo, tmp_path):
    jar = CACHE / "ets/ets-sta10-1.5-aio.jar"
    assert jar.exists(), f"no {jar}: tests/servers/ets-sta10, or use tests/run"
    (tmp_path / "props.xml").write_text(PROPERTIES.format(root=demo.address("/sta/v1.1")))
    suite = ["java", f"-Duser.home={tmp_path}", "-jar", jar, tmp_path / "props.xml"]
    run = subprocess.run(suite, capture_output=True, text=True, timeout=300)
    reports = list(tmp_path.rglob("testng-results.xml"))
    assert len(reports) == 1, f"the suite did not run: {run.stdout}{run.stderr}"
    tests = [test for test in ElementTree.parse(reports[0]).iter("test-method") if test.get("is-config") != "true"]
    status = {test.get("name"): (test.get("status"), test.findtext(".//message", "").strip()) for test in tests}
    level_1 = {name: status.pop(name, ("missing", "")) for name in LEVEL_1}
    assert {outcome for outcome, _ in level_1.values()} == {"PASS"}, level_1
    assert {outcome for outcome, _ in status.values()} <= {"SKIP"}, "of other levels nothing runs"
