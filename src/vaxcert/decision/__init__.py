"""What the desk does with a traveller: accept, refer to a second desk, or refuse, and why, in order.

A decision puts together how far each certificate got (`vaxcert.verify`), what the rules of the country say, whether
the certificate is this traveller's, whether the certificates agree with each other, and whether the lists and the
clock can be relied on at all.
"""

from vaxcert.decision.deciding import Decision, decide
from vaxcert.decision.desk import Desk
from vaxcert.decision.reasons import DecisionCode, DecisionReason, Verdict

__all__ = ["Decision", "DecisionCode", "DecisionReason", "Desk", "Verdict", "decide"]
