"""What a hand-held scanner typed, put right where that is unambiguous, or named for what it is instead.

Such a scanner is a keyboard to the computer: it presses the keys of the layout that it is set for, puts characters
before and after, and whatever listens to the keyboard may change them. A repair only ever gives another text; what it
is worth, the signature shows.
"""

from vaxcert.scanned_text.codes import ScanProblem, ScanRepair
from vaxcert.scanned_text.reading import ScannedText, read_scanned

__all__ = ["ScanProblem", "ScanRepair", "ScannedText", "read_scanned"]
