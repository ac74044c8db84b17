"""The interface against its own description, by schemathesis: questions nobody thought of, the same in every run."""

import subprocess
import sys

from conftest import ARTEFACTS

# No 5xx; statuses, types and bodies as described; what the description forbids is refused.
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,negative_data_rejection"
# The stream does not end, and an order is no question.
LEFT_OUT = ["--exclude-path", "/api/v1/live", "--exclude-method", "POST"]


def test_every_address_answers_as_it_is_described(demo):
    arguments = [sys.executable, "-m", "schemathesis.cli", "run", f"{demo.url}/api/openapi.json", *LEFT_OUT, "--checks", CHECKS]
    arguments += ["--phases", "examples,fuzzing", "--max-examples", "10", "--generation-deterministic", "--request-timeout", "30"]
    with open(ARTEFACTS / "schemathesis.log", "w") as log:
        done = subprocess.run([*arguments, "--no-color"], stdout=log, stderr=log, timeout=240, cwd=ARTEFACTS)
    said = (ARTEFACTS / "schemathesis.log").read_text()
    assert done.returncode == 0, said[-6000:]
    assert "Test cases:" in said and "Selected:" in said
