"""The names of a certificate against those of a traveller, with what is known of their parts.

`compare_names` knows two texts and nothing of where a family name ends. Certificates and travel documents do know, and
a travel document has a birth date beside it, so that what tells twins apart is what matters here: the given names.

- **Spelling**: each form of the certificate's name (as written, and as in a machine readable zone) is compared; one of
  them has to be the traveller's. Where the traveller's name has marks, only the written form counts, for the other one
  would let a twin pass (`Lan`, `Lân`).
- **Parts**: family name and given names may have changed places as a whole. Of several one-syllable words, as
  Vietnamese and Chinese given names are, that is not accepted: `Minh Anh Nguyễn` is one twin in Western order, and the
  other one in reverse.
- **Cut names**: a name that fills its field is accepted only where what is seen of the given names is enough to tell
  twins apart: two words of several syllables each. `MARIA EDUARDA` is; `MARIA`, `ALEXAND` (Alexander, Alexandra) and
  `NGOC LAN` (Lan, Lành) are not.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from vaxcert.model.certificate import Person
from vaxcert.rules.cut_names import Parts, cut_grade, may_fill_its_field, standard_words
from vaxcert.rules.identity_grades import GradedCode, IdentityCode, IdentityGrade, graded, rank, worst
from vaxcert.rules.name_comparison import NameComparison, NameDifference, NameVerdict, compare_names
from vaxcert.rules.spellings import bare_form, common_spelling, has_syllables, standard_form


@dataclass(frozen=True, slots=True, repr=False)
class TravellerName:
    """The name of a traveller.

    Attributes:
        parts: Family name and given names; the whole name and "" where the parts are not known.
        parts_known: Whether it is known where the family name ends.
        may_be_cut: Its end may be missing.
    """

    parts: Parts
    parts_known: bool
    may_be_cut: bool


@dataclass(frozen=True, slots=True)
class NameFinding:
    """What is different between two names, without the names.

    Attributes:
        comparison: As `compare_names` has it.
        codes: What it leads to.
    """

    comparison: NameComparison
    codes: tuple[GradedCode, ...] = ()

    @property
    def grade(self) -> IdentityGrade:
        """The worst grade of the codes."""
        return worst(self.codes)


_SAME: Final = NameFinding(NameComparison())


def compare_parts(subject: Person, traveller: TravellerName) -> NameFinding | None:
    """Compare the names of a certificate with that of a traveller.

    Returns:
        The best finding of all forms of the names; None where one side has no name.
    """
    standard = _standard_parts(subject)
    if traveller.parts_known and not traveller.may_be_cut and _words(standard) == _words(traveller.parts):
        return _SAME  # the usual traveller, read from a machine readable zone
    written = (
        subject.family_name or subject.standard_family_name or "",
        subject.given_name or subject.standard_given_name or "",
    )
    findings = [
        _compared(_without_dots(form), _without_dots(spelling), traveller)
        for spelling in _spellings(traveller.parts)
        for form in _forms(written, standard, spelling)
    ]
    findings = [one for one in findings if NameDifference.NO_LETTERS not in one.comparison.differences]
    if not findings:
        return None
    best = min(findings, key=lambda finding: rank(finding.grade))
    if traveller.may_be_cut:
        return _with_cut_traveller(best, (standard, written), traveller)
    if rank(best.grade) >= rank(IdentityGrade.UNCLEAR) and may_fill_its_field(standard):
        return _with_cut_certificate(best, standard, traveller)
    return best


# Forms

_DOTS: Final = str.maketrans({"ı": "i", "İ": "I"})
_EXPANSIONS: Final = (("UXX", "UE"), ("UXX", "U"))
"""Doc 9303-3 section 6 lets a state write Ü and Ñ so; nothing else has these letters."""


def _standard_parts(subject: Person) -> Parts:
    family, given = subject.standard_family_name, subject.standard_given_name
    return (
        standard_form(subject.family_name or "") if family is None else family,
        standard_form(subject.given_name or "") if given is None else given,
    )


def _spellings(parts: Parts) -> list[Parts]:
    family, given = parts
    if "XX" not in family and "XX" not in given:
        return [parts]
    return [(_expanded(family, *pair), _expanded(given, *pair)) for pair in _EXPANSIONS]


def _expanded(name: str, written: str, letters: str) -> str:
    return name.replace(written, letters).replace("NXX", "N")


def _forms(written: Parts, standard: Parts, traveller: Parts) -> list[Parts]:
    """The forms of the certificate's name that may be compared with this one."""
    if not any(standard):
        return [written]
    if all(map(str.isascii, traveller)):
        return [standard] if written == standard else [standard, written]
    # a name in another script has no marks that could be overlooked
    comparable = compare_names(" ".join(written), " ".join(traveller)).differences
    return [standard] if NameDifference.OTHER_SCRIPT in comparable else [written]


def _without_dots(parts: Parts) -> Parts:
    """Turkish names do not differ by a dot, and capitals lose it."""
    family, given = parts
    return family.translate(_DOTS), given.translate(_DOTS)


def _words(parts: Parts) -> tuple[list[str], list[str]]:
    family, given = parts
    return family.replace("<", " ").split(), given.replace("<", " ").split()


# Comparing one form


def _compared(subject: Parts, spelling: Parts, traveller: TravellerName) -> NameFinding:
    if not traveller.parts_known or not spelling[1]:
        return _in_any_order(subject, _whole(spelling))
    if not subject[1] or not subject[0]:
        return _in_any_order(spelling, _whole(subject))
    return _part_by_part(subject, spelling)


def _whole(parts: Parts) -> str:
    return " ".join(filter(None, parts))


def _part_by_part(one: Parts, other: Parts) -> NameFinding:
    whole = compare_names(_whole(one), _whole(other))
    if _is_spelling(whole):
        return _alike(one, other, whole)
    swapped = compare_names(_whole(one[::-1]), _whole(other))
    if _is_spelling(swapped) and _are_spelled_alike(one[::-1], other):
        return _with_order(one, swapped)
    return _otherwise(one, other, whole)


def _alike(one: Parts, other: Parts, whole: NameComparison) -> NameFinding:
    """The same words in the same order."""
    codes = graded(whole.differences)
    if not _are_spelled_alike(one, other):
        return NameFinding(whole, (*codes, _code(IdentityCode.NAME_PARTS)))
    if NameDifference.I_AND_Y in whole.differences and _given_names_agree(one, other):
        # the family name alone has it, which siblings share
        codes = [(code, min(grade, IdentityGrade.LIKELY, key=rank)) for code, grade in codes]
    return NameFinding(whole, tuple(codes))


def _given_names_agree(one: Parts, other: Parts) -> bool:
    return NameDifference.I_AND_Y not in compare_names(one[1], other[1]).differences


def _are_spelled_alike(one: Parts, other: Parts) -> bool:
    return all(_is_spelling(compare_names(*pair)) for pair in zip(one, other, strict=True))


def _is_spelling(found: NameComparison) -> bool:
    return found.verdict in (NameVerdict.SAME, NameVerdict.EQUIVALENT)


def _in_any_order(parts: Parts, whole: str) -> NameFinding:
    """A name with its parts known against one without."""
    in_order = compare_names(_whole(parts), whole)
    if _is_spelling(in_order):
        return NameFinding(in_order, tuple(graded(in_order.differences)))
    if all(parts):
        swapped = compare_names(_whole(parts[::-1]), whole)
        if _is_spelling(swapped):
            return _with_order(parts, swapped)
    return _otherwise(parts, (whole, ""), in_order)


def _with_order(parts: Parts, swapped: NameComparison) -> NameFinding:
    """The parts of a name are in each other's place."""
    accepted = all(map(_has_one_order, parts))
    grade = IdentityGrade.LIKELY if accepted else IdentityGrade.UNCLEAR
    differences = {*swapped.differences, NameDifference.ORDER}
    comparison = NameComparison(tuple(one for one in NameDifference if one in differences))
    codes = graded(swapped.differences)
    return NameFinding(comparison, (*codes, (str(NameDifference.ORDER), grade)))


def _has_one_order(part: str) -> bool:
    """Whether the words of a part are not those that are also given in reverse: a single one, or long ones."""
    words = standard_words(standard_form(part))
    return len(words) < 2 or any(map(has_syllables, words))


def _otherwise(one: Parts, other: Parts, found: NameComparison) -> NameFinding:
    """Neither the same words nor the same parts."""
    codes = graded(found.differences)
    if worst(codes) is IdentityGrade.MISMATCH and _have_common_spelling(_whole(one), _whole(other)):
        return NameFinding(found, (_code(IdentityCode.OTHER_SPELLING),))
    return NameFinding(found, tuple(codes))


def _have_common_spelling(one: str, other: str) -> bool:
    standard = standard_form(one), standard_form(other)
    return all(standard) and common_spelling(standard[0]) == common_spelling(standard[1])


def _code(code: IdentityCode) -> GradedCode:
    return str(code), code.grade


# Names that are cut


def _with_cut_traveller(best: NameFinding, forms: Iterable[Parts], traveller: TravellerName) -> NameFinding:
    whole = [(spell(family), spell(given)) for family, given in forms for spell in (standard_form, bare_form)]
    grades = [
        grade
        for seen in _spellings(traveller.parts)
        for form in whole
        if (grade := cut_grade(seen, form)) is not None
    ]
    if grades:
        return _cut(best, min(grades, key=rank))
    if best.grade is IdentityGrade.MISMATCH:
        return best
    return NameFinding(best.comparison, (*best.codes, (str(IdentityCode.NAME_CUT), IdentityGrade.UNCLEAR)))


def _with_cut_certificate(best: NameFinding, seen: Parts, traveller: TravellerName) -> NameFinding:
    family, given = traveller.parts
    grade = cut_grade(seen, (standard_form(family), standard_form(given)))
    return best if grade is None else _cut(best, grade)


def _cut(best: NameFinding, grade: IdentityGrade) -> NameFinding:
    return NameFinding(best.comparison, ((str(IdentityCode.NAME_CUT), grade),))
