"""What a dose record must satisfy before a certificate may be made of it.

The faults are those that Viet Nam's Ministry of Health named when it had the platform cleaned (letter 2262/BYT-CNTT of
4 May 2022), with the cross-checks that the form of the identity number, the licensing of the vaccines and the doses of
one person together allow. A rule stays silent where another one already speaks, so that a clinic reads each fault once.

One module for each idea: the codes with field and severity (`codes`), what a rule is (`rule`), the rules by topic
(`identity_number`, `person` with `garbled_names`, `dose`), all of them on one record (`check`), what is put right
without asking (`repairs`), the doses of one person together (`history`), and the counts of a run (`summary`).
"""

from vaxcert.rules.records.check import RULES, check_record
from vaxcert.rules.records.codes import RecordCode, RecordProblem, RecordSeverity, refuses
from vaxcert.rules.records.history import HISTORY_CODES, HistoryDose, SeenDoses, history_problems
from vaxcert.rules.records.repairs import repaired
from vaxcert.rules.records.rule import RecordRule

__all__ = [
    "HISTORY_CODES",
    "RULES",
    "HistoryDose",
    "RecordCode",
    "RecordProblem",
    "RecordRule",
    "RecordSeverity",
    "SeenDoses",
    "check_record",
    "history_problems",
    "refuses",
    "repaired",
]
