"""The same certificates from Apache Spark as from one machine."""

from __future__ import annotations

import os
import shutil
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from examples.national.generate import generate
from tests.support import bulk

from vaxcert.adapters.bulk.batch import ISSUED
from vaxcert.adapters.bulk.columns import FOUND, ROW
from vaxcert.adapters.records.fields import field_columns
from vaxcert.adapters.records.formats import open_records

pytestmark = pytest.mark.slow

RECORDS = 1000


@pytest.fixture(scope="module")
def nation(tmp_path_factory):
    return generate(RECORDS, 5, tmp_path_factory.mktemp("nation"))


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    return bulk.plan(bulk.write_signer(tmp_path_factory.mktemp("keys")))


@pytest.fixture(scope="module")
def local(nation, plan, tmp_path_factory):
    """The certificates of a run on this machine, and the codes of the refused rows."""
    out = tmp_path_factory.mktemp("local") / "run"
    bulk.run(nation.records, out, plan)
    return [row for path in sorted(out.glob("certificates/*")) for row in pq.read_table(path).to_pylist()]


@pytest.fixture(scope="module")
def spark(tmp_path_factory):
    if shutil.which("java") is None:
        pytest.skip("Apache Spark needs Java 17 or newer")
    pytest.importorskip("pyspark", reason="the extra spark is not installed (make test-all installs it)")
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    folder = tmp_path_factory.mktemp("spark")
    session = (
        SparkSession.builder.master("local[2]")
        .appName("TEST")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.local.dir", str(folder))
        .config("spark.sql.warehouse.dir", str(folder / "warehouse"))
        .config("spark.sql.shuffle.partitions", "3")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", "97")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture(scope="module")
def records(nation):
    """The columns of the file under the names of the fields, with row numbers."""
    source = open_records(nation.records)
    batches = [
        field_columns(one.original, source.fields_by_heading, source.layout)
        for one in source.batches(RECORDS)
    ]
    return pa.Table.from_batches(batches).append_column(ROW, pa.array(range(1, RECORDS + 1), pa.int64()))


def issued(spark, records, plan):
    from vaxcert.adapters.spark import issue_dataframe

    frame = spark.createDataFrame(records).repartition(4)
    return issue_dataframe(frame, plan).orderBy(ROW).toArrow()


@pytest.mark.filterwarnings("ignore")  # of Spark itself
def test_the_output_is_that_of_one_machine(spark, records, plan, local):
    out = issued(spark, records, plan)
    assert out.column_names == ISSUED.names
    assert out.column(ROW).to_pylist() == list(range(1, RECORDS + 1))
    with_text = out.filter(out.column("text").is_valid()).to_pylist()
    assert len(with_text) == len(local) > 600
    assert with_text == local


@pytest.mark.filterwarnings("ignore")  # of Spark itself
def test_codes_of_earlier_stages_are_kept_beside_those_found_here(spark, records, plan):
    first, second = records.slice(0, 1), records.slice(1, 1)
    found = pa.array([["registry-not-found"], None], pa.list_(pa.string()))
    out = issued(spark, pa.concat_tables([first, second]).append_column(FOUND, found), plan).to_pylist()
    assert out[0]["text"] is None
    assert "registry-not-found" in out[0]["codes"]
    assert "registry-not-found" not in out[1]["codes"]
