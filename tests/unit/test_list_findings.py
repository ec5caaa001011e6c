from collections.abc import Iterator

from vaxcert.trust.list_findings import LateFindings, ListFinding, ListFindingCode

ONE = ListFinding(ListFindingCode.KID_SHARED, "01")
TWO = ListFinding(ListFindingCode.IS_AUTHORITY, "02", "why")


def test_findings_are_worked_out_once_and_when_looked_at() -> None:
    worked_out = []

    def find() -> Iterator[ListFinding]:
        worked_out.append(True)
        yield ONE
        yield TWO

    findings = LateFindings(find)
    assert not worked_out
    assert list(findings) == [ONE, TWO]
    assert (len(findings), findings[0], findings[1:]) == (2, ONE, (TWO,))
    assert findings == (ONE, TWO)
    assert findings != (TWO, ONE)
    assert findings == LateFindings(lambda: (ONE, TWO))
    assert hash(findings) == hash((ONE, TWO))
    assert repr(findings) == repr((ONE, TWO))
    assert len(worked_out) == 1


def test_no_findings() -> None:
    assert LateFindings(tuple) == ()
    assert not LateFindings(tuple)
