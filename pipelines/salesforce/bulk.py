"""Reading Salesforce rows as Bulk API 2.0 jobs: started early, and checked file by file."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

import pyarrow as pa

from pipelines import http
from pipelines.errors import FieldsChanged, JobLost, ReadAgain, RequestRefused, SourceUnavailable
from pipelines.extract import Page
from pipelines.objects import ObjectSpec
from pipelines.salesforce import soql
from pipelines.salesforce.client import LAST_LOCATOR, SalesforceClient
from pipelines.salesforce.rows import table_of_csv
from pipelines.salesforce.soql import Span

BULK = "bulk"
# Seconds between looks at a job; doubles from the first to the longest.
POLL_FIRST, POLL_LONGEST = 0.2, 30.0
STUCK = 3600.0  # seconds without a row processed; the job is then aborted and made again
# A quota is used up, or Bulk cannot do this query: REST can.
QUOTA_CODES = frozenset({"LIMIT_EXCEEDED", "EXCEEDED_QUOTA", "API_LIMIT_EXCEEDED"})
NOT_FOR_BULK = ("supported by the Bulk API", "not supported in Bulk Query", "Implementation restriction")


class BulkRead:
    """One query. `start` returns at once; `pages` waits for the job and takes its result files."""

    def __init__(
        self, client: SalesforceClient, spec: ObjectSpec, types: Mapping[str, str], span: Span
    ) -> None:
        self._client, self._spec = client, spec
        self._query = soql.select(spec.name, list(types), spec.cursor, span)
        self._read_csv: Callable[[bytes], pa.Table] = partial(table_of_csv, types=types, cursor=spec.cursor)
        self._job, self._given, self._locator = "", 0, ""

    def start(self) -> bool:
        """Make the job; False where Bulk may not or cannot run this query."""
        try:
            self._job, self._given, self._locator = self._client.create_job(self._query), 0, ""
        except RequestRefused as refusal:
            if refusal.code in QUOTA_CODES or any(text in refusal.said for text in NOT_FOR_BULK):
                return False
            raise
        return True

    @property
    def position(self) -> str:
        """Where the results stand, for a later run."""
        return f"{BULK} {self._job} {self._given} {self._locator}"

    def go_on(self, position: str) -> bool:
        """Take up a job of an earlier run where its results were left; False if the position is none."""
        parts = position.split(" ")
        if parts[0] != BULK or len(parts) != 4:
            return False
        self._job, self._given, self._locator = parts[1], int(parts[2]), parts[3]
        return True

    def pages(self) -> Iterator[Page]:
        """All rows.

        Raises:
            JobLost: the job or its results failed; another job may do better.
        """
        try:
            yield from self._results(self._awaited())
        except ReadAgain:
            raise
        except SourceUnavailable as failure:
            raise JobLost(str(failure)) from failure

    def _results(self, rows: int) -> Iterator[Page]:
        while self._locator != LAST_LOCATOR:
            table, self._locator = self._client.job_results(self._job, self._locator, self._read_csv)
            self._given += table.num_rows
            yield Page(table, BULK, self.position)
        if self._given != rows:
            raise SourceUnavailable(
                f"Salesforce's bulk job {self._job} processed {rows} rows of {self._spec.name}, but its "
                f"results hold {self._given}. Nothing was lost; run the same command again."
            )

    def _awaited(self) -> int:
        """Wait for the job; return how many rows it has."""
        idle, pause, seen = 0.0, POLL_FIRST, 0
        job = self._client.job(self._job)
        while job["state"] not in {"JobComplete", "Failed", "Aborted"} and idle < STUCK:
            http.pause(pause)
            idle, pause = idle + pause, min(2 * pause, POLL_LONGEST)
            job = self._client.job(self._job)
            rows = int(job.get("numberRecordsProcessed") or 0)
            idle, seen = (0.0 if rows > seen else idle), rows
        if job["state"] == "JobComplete":
            return int(job["numberRecordsProcessed"])
        reason = str(job.get("errorMessage") or "no reason given")
        if job["state"] not in {"Failed", "Aborted"}:
            self._client.abort_job(self._job)
            reason = f"no row in {idle:.0f} seconds"
        if "INVALID_FIELD" in reason:
            raise FieldsChanged(f"Salesforce does not know a field of {self._spec.name} any more.")
        raise SourceUnavailable(
            f"Salesforce's bulk job {self._job} for {self._spec.name} ended as {job['state']} ({reason}). "
            "Nothing was lost; run the same command again."
        )
