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
  twins apart (`vaxcert.rules.cut_names`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from vaxcert.model.certificate import Person
from vaxcert.rules.cut_names import Parts, cut_grade, may_fill_its_field, standard_words
from vaxcert.rules.identity_grades import GradedCode, IdentityCode, IdentityGrade, graded, rank, worst
from vaxcert.rules.name_comparison import NameComparison, NameDifference, NameVerdict, compare_names
from vaxcert.rules.spellings import bare_form, has_syllables, have_common_spelling, standard_form


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
        comparison: As `compare_names` has it of the whole names; None where one of them is taken as cut.
        codes: What it leads to.
    """

    comparison: NameComparison | None
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
    if traveller.may_be_cut:
        return _with_cut_traveller(subject, standard, traveller)
    if traveller.parts_known and _are_same_words(standard, traveller.parts):
        return _SAME  # the usual traveller, read from a machine readable zone
    best = _best_finding(_written_parts(subject), standard, traveller)
    if best is not None and may_fill_its_field(standard) and rank(best.grade) >= rank(IdentityGrade.UNCLEAR):
        grade = cut_grade(standard, _standard_forms(traveller.parts))
        return best if grade is None else _cut(grade)
    return best


def _best_finding(written: Parts, standard: Parts, traveller: TravellerName) -> NameFinding | None:
    best: NameFinding | None = None
    for spelling in _spellings(traveller.parts):
        for form in _forms(written, standard, spelling):
            found = _compared(_without_dots(form), _without_dots(spelling), traveller)
            if found is not None and (best is None or rank(found.grade) < rank(best.grade)):
                best = found
            if best is not None and best.grade is IdentityGrade.MATCH:
                return best
    return best


# Forms

_LATIN_LETTER: Final = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_DOTS: Final = str.maketrans({"ı": "i", "İ": "I"})
_EXPANSIONS: Final = (("UXX", "UE"), ("UXX", "U"))
"""Doc 9303-3 section 6 lets a state write Ü and Ñ so; few other names have these letters."""


def _written_parts(subject: Person) -> Parts:
    return (
        subject.family_name or subject.standard_family_name or "",
        subject.given_name or subject.standard_given_name or "",
    )


def _standard_parts(subject: Person) -> Parts:
    family, given = subject.standard_family_name, subject.standard_given_name
    return (
        standard_form(subject.family_name or "") if family is None else family,
        standard_form(subject.given_name or "") if given is None else given,
    )


def _standard_forms(parts: Parts) -> Parts:
    family, given = parts
    return standard_form(family), standard_form(given)


def _bare_forms(parts: Parts) -> Parts:
    family, given = parts
    return bare_form(family), bare_form(given)


def _spellings(parts: Parts) -> list[Parts]:
    family, given = parts
    if "XX" not in family and "XX" not in given:
        return [parts]
    return [parts, *((_expanded(family, *pair), _expanded(given, *pair)) for pair in _EXPANSIONS)]


def _expanded(name: str, written: str, letters: str) -> str:
    return name.replace(written, letters).replace("NXX", "N")


def _forms(written: Parts, standard: Parts, traveller: Parts) -> Iterator[Parts]:
    """The forms of the certificate's name that may be compared with this one."""
    if not any(standard):
        yield written
    elif all(map(str.isascii, traveller)):
        yield from _spellings(standard)
        bare = _bare_forms(written)
        if any(bare) and bare != standard:
            yield written
    else:
        # only a name in another script has no marks that could be overlooked
        yield written if _is_latin(written) == _is_latin(traveller) else standard


def _is_latin(parts: Parts) -> bool:
    return any(_LATIN_LETTER.search(part) for part in parts)


def _without_dots(parts: Parts) -> Parts:
    """Turkish names do not differ by a dot, and capitals lose it."""
    family, given = parts
    return family.translate(_DOTS), given.translate(_DOTS)


def _are_same_words(one: Parts, other: Parts) -> bool:
    words = [standard_words(part) for part in one]
    return any(words) and words == [standard_words(part) for part in other]


# Comparing one form


def _compared(subject: Parts, spelling: Parts, traveller: TravellerName) -> NameFinding | None:
    if not _has_letters(subject) or not _has_letters(spelling):
        return None
    whole = compare_names(_whole(subject), _whole(spelling))
    if _is_spelling(whole):
        return _in_order(subject, spelling, whole, parts_known=traveller.parts_known)
    if NameDifference.ORDER in whole.differences:
        # with the parts that are known of one side put round, no other words may have changed places
        turned = subject if all(subject) else spelling
        other = spelling if all(subject) else subject
        swapped = compare_names(_whole(turned[::-1]), _whole(other))
        if _is_spelling(swapped) and (not all(other) or _are_spelled_alike(turned[::-1], other)):
            return _with_order(turned, swapped)
    return _otherwise(_whole(subject), _whole(spelling), whole)


def _has_letters(parts: Parts) -> bool:
    return any(map(str.isalpha, "".join(parts)))


def _whole(parts: Parts) -> str:
    family, given = parts
    return f"{family} {given}" if family and given else family or given


def _in_order(one: Parts, other: Parts, whole: NameComparison, *, parts_known: bool) -> NameFinding:
    """The same words in the same order."""
    codes = graded(whole.differences)
    if not parts_known or not (all(one) and all(other)):
        return NameFinding(whole, tuple(codes))
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


def _with_order(parts: Parts, swapped: NameComparison) -> NameFinding:
    """The parts of a name are in each other's place."""
    accepted = all(map(_has_one_order, parts))
    grade = IdentityGrade.LIKELY if accepted else IdentityGrade.UNCLEAR
    codes = (*graded(swapped.differences), (str(NameDifference.ORDER), grade))
    return NameFinding(_with_difference(swapped, NameDifference.ORDER), codes)


def _has_one_order(part: str) -> bool:
    """Whether the words of a part are not those that are also given in reverse: a single one, or long ones."""
    words = standard_words(standard_form(part))
    return len(words) < 2 or any(map(has_syllables, words))


def _otherwise(one: str, other: str, whole: NameComparison) -> NameFinding:
    """Neither the same words nor the same parts."""
    found = NameFinding(whole, tuple(graded(whole.differences)))
    if found.grade is IdentityGrade.MISMATCH and have_common_spelling(
        standard_form(one), standard_form(other)
    ):
        return NameFinding(whole, (_code(IdentityCode.OTHER_SPELLING),))
    return found


def _with_difference(found: NameComparison, difference: NameDifference) -> NameComparison:
    differences = {*found.differences, difference}
    return NameComparison(tuple(one for one in NameDifference if one in differences))


def _code(code: IdentityCode) -> GradedCode:
    return str(code), code.grade


# Names that are cut


def _with_cut_traveller(subject: Person, standard: Parts, traveller: TravellerName) -> NameFinding | None:
    written = _written_parts(subject)
    whole = (standard, _standard_forms(written), _bare_forms(written))
    grades = [cut_grade(seen, form) for seen in _spellings(traveller.parts) for form in whole]
    found = [grade for grade in grades if grade is not None]
    if found:
        return _cut(min(found, key=rank))
    best = _best_finding(written, standard, traveller)
    if best is None or best.grade is IdentityGrade.MISMATCH:
        return best
    return NameFinding(best.comparison, (*best.codes, (str(IdentityCode.NAME_CUT), IdentityGrade.UNCLEAR)))


def _cut(grade: IdentityGrade) -> NameFinding:
    return NameFinding(None, ((str(IdentityCode.NAME_CUT), grade),))
