"""A token that is pulled in the middle of a run over many parts: nothing is lost, and nothing is there twice."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from examples.national.generate import generate

import vaxcert as vc
from tests.support import bulk
from tests.support.renewals import certificates, renew
from tests.support.signers import signer, trusted
from vaxcert.adapters.bulk.run import Stage
from vaxcert.crypto.algorithms import Algorithm

RECORDS, ROWS_PER_PART = 400, 20


@pytest.fixture(scope="module")
def nation(tmp_path_factory):
    return generate(RECORDS, 9, tmp_path_factory.mktemp("nation"), faults=False)


@pytest.fixture(scope="module")
def files_plan(tmp_path_factory):
    """The same key in a file."""
    return bulk.plan(bulk.write_signer(tmp_path_factory.mktemp("keys")), validity=timedelta(days=90))


class Pulling(bulk.Silent):
    """Pulls the token when some parts are issued, and plugs it in again once a process waits for it."""

    def __init__(self, token):
        super().__init__()
        self._token = token
        self._issued = 0
        self._is_away = False

    def advance(self, records, *, waits_for_signer):
        super().advance(records, waits_for_signer=waits_for_signer)
        if self.stages[-1] != Stage.ISSUING:
            return
        self._issued += records
        if self._is_away and waits_for_signer:
            self._token.plug_in()
            self._is_away = False
        elif self._issued >= 5 * ROWS_PER_PART and not self.waited and not self._is_away:
            self._token.pull()
            self._is_away = True


def key_in(token):
    return token.key(signer(Algorithm.ES256), "es256", seen=True)


def check(out, at):
    found = certificates(out)
    assert [one["row"] for one in found] == list(range(1, RECORDS + 1))
    verifier = vc.Verifier(trusted(signer(Algorithm.ES256)))
    for one in found:
        certificate = verifier.verify(one["text"], at=at).certificate
        assert certificate.vaccination.certificate_id == one["certificate_id"]
    return [one["certificate_id"] for one in found]


def test_a_token_that_is_pulled_in_the_middle(nation, files_plan, own_token, tmp_path):
    plan = replace(files_plan, signer=key_in(own_token))
    progress = Pulling(own_token)
    result = bulk.run(
        nation.records, tmp_path / "run", plan, workers=2, rows_per_part=ROWS_PER_PART, progress=progress
    )
    assert progress.waited
    assert (result.accepted, result.rejected) == (RECORDS, 0)
    identifiers = check(tmp_path / "run", bulk.AT)
    bulk.run(nation.records, tmp_path / "files", files_plan, rows_per_part=ROWS_PER_PART)
    assert identifiers == [one["certificate_id"] for one in certificates(tmp_path / "files")]
    assert bulk.files(tmp_path / "run").keys() == bulk.files(tmp_path / "files").keys()


def test_a_renewal_waits_as_well(nation, files_plan, own_token, tmp_path):
    bulk.run(nation.records, tmp_path / "first", files_plan, rows_per_part=1_000)
    at = bulk.AT + timedelta(days=80)
    later = replace(files_plan, at=at, signer=key_in(own_token))
    own_token.pull()
    back = threading.Timer(1.0, own_token.plug_in)
    back.start()
    judged_by = files_plan.signer.key.with_name("dsc.der")
    due = at + timedelta(days=30)
    result = renew([tmp_path / "first"], tmp_path / "second", later, due=due, keys=(judged_by,))
    back.join()
    assert (result.renewed, result.refused) == (RECORDS, 0)
    identifiers = check(tmp_path / "second", at)
    assert identifiers == [one["certificate_id"] for one in certificates(tmp_path / "first")]
