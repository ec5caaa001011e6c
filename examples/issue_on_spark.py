"""Issue certificates for a file of dose records on Apache Spark, here on this machine alone.

    python examples/issue_on_spark.py RECORDS.parquet KEY CERT SECRET OUT

RECORDS has the columns of the national platform, KEY is a TEST key without password. OUT gets Parquet files with the
columns of a bulk run.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f

from vaxcert.adapters.bulk.batch import IssuePlan
from vaxcert.adapters.key_files import load_record_secret, load_signing_certificate
from vaxcert.adapters.records.mapping import shipped
from vaxcert.adapters.signer_sources import KeyFile
from vaxcert.adapters.spark import issue_dataframe

AT = datetime(2022, 12, 1, tzinfo=UTC)


def session() -> SparkSession:
    """Two Python processes on this machine; a cluster has a master of its own."""
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    return (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", "20000")
        .getOrCreate()
    )


def records(spark: SparkSession, path: str) -> DataFrame:
    """The file under the names of the fields of dose records, each with a number of its own."""
    frame = spark.read.parquet(path)
    fields = shipped("national-platform").fields_by_heading(frame.columns)
    named = [f.col(heading).alias(field) for heading, field in fields.items()]
    return frame.select(*named).withColumn("row", f.monotonically_increasing_id())


def main() -> None:
    """Issue, write, and say how many."""
    path, key, cert, secret, out = sys.argv[1:]
    plan = IssuePlan(
        at=AT,
        secret=load_record_secret(Path(secret)),
        signer=KeyFile(key=Path(key).resolve(), certificate=load_signing_certificate(Path(cert)).der),
        country="VN",
        authority="Bộ Y tế",
    )
    spark = session()
    issued = issue_dataframe(records(spark, path), plan)
    issued.where(f.col("text").isNotNull()).write.mode("overwrite").parquet(out)
    print(f"{spark.read.parquet(out).count()} certificates in {out}")
    spark.stop()


if __name__ == "__main__":
    main()
