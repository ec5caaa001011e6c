import inspect
import os
import subprocess
import sys
from enum import StrEnum
from pathlib import Path

import pytest

import vaxcert as vc
from vaxcert import errors, limits
from vaxcert.errors import Reason, VaxcertError
from vaxcert.findings import FindingCode

ERRORS = [
    value
    for value in vars(errors).values()
    if isinstance(value, type) and issubclass(value, Exception) and value is not VaxcertError
]


@pytest.mark.parametrize("name", vc.__all__)
def test_every_public_name_is_there_and_documented(name):
    value = getattr(vc, name)
    assert inspect.getdoc(value)


def test_public_names_are_sorted_and_come_with_a_star():
    assert vc.__all__ == sorted(set(vc.__all__))
    taken = {}
    exec("from vaxcert import *", taken)  # noqa: S102
    assert set(vc.__all__) == taken.keys() - {"__builtins__"}


def test_public_surface_does_not_grow_unseen():
    assert len(vc.__all__) <= 30


def test_package_says_its_version_and_that_it_is_typed():
    assert vc.__version__.count(".") == 2
    assert (Path(vc.__file__).parent / "py.typed").is_file()


def test_import_needs_nothing_of_the_extras():
    script = (
        "import sys, vaxcert; "
        "print(*{'zxingcpp', 'PIL', 'pypdfium2', 'rich', 'numpy', 'argparse', 'logging', 'ssl', 'subprocess'}"
        " & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == ""


AUDITED = """
import sys
from tests.support.messages import es256, text, verifier
from tests.support.signers import NOW, certificate, issuer, signer
from test_vectors.samples import AT
import vaxcert as vc

def work():
    issuer(signer()).issue(certificate(), at=NOW)
    one = verifier()
    for source in (text(), "", "HC1:", text()[:-2], b"\\xd2", None):
        one.report(source, at=AT)
    vc.inspect(text())

work()  # first, for what is loaded once
seen = set()
sys.addaudithook(lambda event, arguments: seen.add(event))
work()
print(*sorted(seen - {"builtins.id", "object.__getattr__", "object.__setattr__"}))
"""


def test_issuing_and_verifying_touch_no_file_socket_process_or_module():
    root = Path(__file__).parents[2]
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", AUDITED],
        capture_output=True,
        text=True,
        check=True,
        cwd=root,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(root), str(Path(vc.__file__).parents[1])])},
    )
    assert done.stdout.split() == []


# --- codes and errors


@pytest.mark.parametrize(
    "codes", [Reason, FindingCode, vc.Level, vc.Outcome, vc.Severity, vc.Kind, vc.SignerDates]
)
def test_codes_are_words_joined_by_hyphens(codes):
    assert issubclass(codes, StrEnum)
    for code in codes:
        assert code.value == code.name.lower().replace("_", "-")


def test_reasons_and_findings_are_told_apart_by_their_codes():
    shared = {*Reason} & {*FindingCode}
    assert shared == set()


@pytest.mark.parametrize("error", ERRORS)
def test_every_error_is_of_the_tree(error):
    assert issubclass(error, VaxcertError)
    assert error.__doc__


def test_what_cannot_be_read_is_no_verdict():
    assert not issubclass(errors.DecodeError, errors.VerificationError)
    assert not issubclass(errors.UnsupportedError, errors.VerificationError)
    assert issubclass(errors.LimitExceededError, errors.DecodeError)


def test_error_keeps_its_reason_and_its_message():
    error = errors.DecodeError(Reason.CBOR_TAG, "tag 35 is not expected here")
    assert (error.reason, str(error)) == (Reason.CBOR_TAG, "tag 35 is not expected here")


def test_limits_are_whole_numbers_above_nothing():
    bounds = {name: value for name, value in vars(limits).items() if name.startswith("MAX_")}
    assert len(bounds) > 10
    assert all(type(value) is int and value > 0 for value in bounds.values())


# --- results


@pytest.mark.parametrize("result", [vc.VerificationReport, vc.Inspection])
def test_what_is_no_verdict_has_no_truth_value(result):
    blank = object.__new__(result)
    with pytest.raises(TypeError, match="truth value"):
        bool(blank)


def test_no_result_can_be_added_to():
    for result in (
        vc.VerificationReport,
        vc.Inspection,
        vc.VerifiedCertificate,
        vc.IssuedCertificate,
        vc.Claims,
    ):
        assert "__slots__" in vars(result)
        assert not hasattr(object.__new__(result), "__dict__")
