"""PKCS #11 modules in this process: each loaded once, told that threads will call it, and started anew when asked.

`python-pkcs11` calls C_Initialize without arguments, which promises that one thread alone will call the module, and
then lets all threads call it; SoftHSM ends the process within a second. So C_Initialize is called here, asking the
module to lock by itself (CKF_OS_LOCKING_OK; PKCS #11 2.40 section 5.4), and everything else by `python-pkcs11`.
A process made by fork has to call it anew.
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Final

import pkcs11
from pkcs11 import _pkcs11

from vaxcert.adapters.passwords import PasswordSource
from vaxcert.adapters.pkcs11.faults import check_flags, faults_of, pin_fault
from vaxcert.errors import AdapterError, Reason, SignerUnavailableError

_OK: Final = 0
_CANNOT_LOCK: Final = frozenset({0x09, 0x0A})  # CKR_NEED_TO_CREATE_THREADS, CKR_CANT_LOCK
_ALREADY_INITIALIZED: Final = 0x191
_OS_LOCKING_OK: Final = 2


class StaleError(SignerUnavailableError):
    """What is used was opened before the module was started anew, or in another process."""

    def __init__(self) -> None:
        super().__init__("the PKCS #11 module was started anew")


class NotReadyError(AdapterError):
    """The token is not there, or does not let this process in: for good, or for a moment."""

    def __init__(self, message: str) -> None:
        super().__init__(Reason.KEY_UNREADABLE, message)


class _Library(_pkcs11.lib):
    """A module as `python-pkcs11` has it, but for its start, which is ours."""

    def initialize(self) -> None:
        """Has been done."""


class _FunctionList(ctypes.Structure):
    """The beginning of CK_FUNCTION_LIST."""

    if sys.platform == "win32":
        _pack_ = 1
    _fields_ = (
        ("version", ctypes.c_ubyte * 2),
        ("initialize", ctypes.CFUNCTYPE(ctypes.c_ulong, ctypes.c_void_p)),
        ("finalize", ctypes.CFUNCTYPE(ctypes.c_ulong, ctypes.c_void_p)),
    )


class _InitializeArguments(ctypes.Structure):
    """CK_C_INITIALIZE_ARGS."""

    if sys.platform == "win32":
        _pack_ = 1
    _fields_ = (
        ("mutex_functions", ctypes.c_void_p * 4),
        ("flags", ctypes.c_ulong),
        ("reserved", ctypes.c_void_p),
    )


class Module:
    """One module in one process.

    Args:
        path: The shared library.
        forked: Whether the process that made this one by fork had started it.

    Raises:
        AdapterError: `key-unreadable`.

    Attributes:
        path: The shared library.
        process: The process it is good for.
        opening: Held by whoever logs in or starts the module anew.
        generation: Another object after each start. What was opened under an earlier one is gone, and its handles may
            since have become those of other sessions and keys.
    """

    def __init__(self, path: Path, *, forked: bool) -> None:
        self.path: Final = path
        self.process: Final = os.getpid()
        self.opening: Final = threading.RLock()
        self.generation = object()
        self._idle: Final = threading.Condition()
        self._users = 0
        self._stopping = False
        self._turn: AbstractContextManager[Any] = nullcontext()
        self._logins: dict[int, pkcs11.Session] = {}
        self._refused: dict[int, str] = {}
        self._functions: Final = _functions(path)
        self._start(forked=forked)
        with faults_of(f"the PKCS #11 module {path}", "load it"):
            self._library: Final = _Library(str(path.resolve()))

    @contextmanager
    def use(self, generation: object) -> Iterator[None]:
        """Keep the module from being started anew while it is called.

        Args:
            generation: Under which what is used was opened.

        Raises:
            StaleError: The module has been started anew since, or this is another process.
        """
        if os.getpid() != self.process:  # before the locks, which a thread may have held when it was forked
            raise StaleError
        with self._idle:
            while self._stopping:
                self._idle.wait()
            if generation is not self.generation:
                raise StaleError
            self._users += 1
        try:
            with self._turn:
                yield
        finally:
            with self._idle:
                self._users -= 1
                if self._stopping:
                    self._idle.notify_all()

    def restart(self, generation: object) -> None:
        """Start the module anew, unless that has been done since `generation`.

        It is how makers' libraries connect to their device anew. All sessions of the process end.

        Raises:
            AdapterError: `key-unreadable`, when it does not start.
        """
        with self.opening, self._idle:
            if self._started and generation is not self.generation:
                return
            self._stopping = True
            try:
                self._idle.wait_for(lambda: self._users == 0)
                self.generation = object()
                self._logins.clear()
                self._functions.finalize(None)  # fails where the device is away, and nothing is left to end
                self._start()
            finally:
                self._stopping = False
                self._idle.notify_all()

    def token(self, named: str | int) -> pkcs11.Token:
        """Find a token.

        Args:
            named: Its label, or the number of its slot.

        Raises:
            NotReadyError: There is none, or more than one.
            AdapterError: `key-unreadable`, when the slots cannot be listed.
        """
        tokens = list(self._tokens())
        found = [one for one in tokens if named in (one.label, one.slot.slot_id)]
        if len(found) == 1:
            return found[0]
        there = ", ".join(f"{one.label!r} in slot {one.slot.slot_id}" for one in tokens) or "none"
        problem = "is not the only one of that label" if found else "is not there"
        raise NotReadyError(f"{token_name(named)} {problem}; there are: {there}")

    def log_in(self, token: pkcs11.Token, pin: PasswordSource, who: str, *, again: bool) -> None:
        """Log in to a token, unless this process has: all its sessions share one log-in.

        Args:
            token: The token.
            pin: Is read now. One that was refused in this process is not tried again.
            who: How the token is named in messages.
            again: As in `check_flags`.

        Raises:
            AdapterError: `key-password`, `file-unreadable`.
            SignerUnavailableError: The device is away.
            NotReadyError: The token fails in another way.
        """
        slot = token.slot.slot_id
        if slot in self._logins:
            return
        check_flags(token.flags, who, again=again)
        try:
            text = pin.read().decode()
        except UnicodeDecodeError:
            raise pin_fault(who, "is not UTF-8 text") from None
        if text == self._refused.get(slot):
            raise pin_fault(who, "was refused before, and is not tried again")
        try:
            self._logins[slot] = _logged_in(token, text, who)
        except AdapterError as error:
            if error.reason is Reason.KEY_PASSWORD:
                self._refused[slot] = text
            if error.reason is Reason.KEY_UNREADABLE:
                raise NotReadyError(str(error)) from None
            raise

    def _tokens(self) -> Iterator[pkcs11.Token]:
        with faults_of(f"the PKCS #11 module {self.path}", "list its slots"):
            slots = self._library.get_slots(token_present=True)
        for slot in slots:
            try:
                token = slot.get_token()
            except pkcs11.PKCS11Error:  # one that has just been pulled does not hide the others
                continue
            if pkcs11.TokenFlag.TOKEN_INITIALIZED in token.flags:
                yield token

    def _start(self, *, forked: bool = False) -> None:
        self._started = False
        result = self._initialized()
        if forked and result == _ALREADY_INITIALIZED:  # the parent's start, of which this is a mere copy
            self._functions.finalize(None)
            result = self._initialized()
        if result in _CANNOT_LOCK:
            self._turn = threading.RLock()
            result = self._functions.initialize(None)
        elif result == _ALREADY_INITIALIZED:  # another part of this program may have promised one thread
            self._turn = threading.RLock()
            result = _OK
        if result != _OK:
            raise AdapterError(
                Reason.KEY_UNREADABLE, f"the PKCS #11 module {self.path} does not start ({result:#x})"
            )
        self._started = True

    def _initialized(self) -> int:
        result: int = self._functions.initialize(ctypes.byref(_InitializeArguments(flags=_OS_LOCKING_OK)))
        return result


_modules: Final[dict[Path, Module]] = {}
_loading = threading.Lock()


def module_at(path: Path) -> Module:
    """The module in this process, loaded where it is not yet.

    Args:
        path: The shared library.

    Raises:
        AdapterError: `key-unreadable`.
    """
    real_path = path.resolve()  # under two names it would still be one library
    with _loading:
        module = _modules.get(real_path)
        if module is None or module.process != os.getpid():
            module = _modules[real_path] = Module(path, forked=module is not None)
        return module


def token_name(named: str | int) -> str:
    """How a token is named in messages."""
    return f"the token in slot {named}" if isinstance(named, int) else f"token {named!r}"


def _logged_in(token: pkcs11.Token, pin: str, who: str) -> pkcs11.Session:
    with faults_of(who, "log in"):
        try:
            return token.open(user_pin=pin)
        except pkcs11.UserAlreadyLoggedIn:  # by another part of this program
            return token.open()


def _functions(path: Path) -> Any:
    if not path.is_file():
        raise AdapterError(Reason.KEY_UNREADABLE, f"there is no PKCS #11 module {path}")
    functions = ctypes.POINTER(_FunctionList)()
    try:
        result = ctypes.CDLL(str(path.resolve())).C_GetFunctionList(ctypes.byref(functions))
    except (OSError, AttributeError):
        result = None
    if result != _OK:
        raise AdapterError(Reason.KEY_UNREADABLE, f"{path} is not a PKCS #11 module that can be loaded here")
    return functions.contents


def _after_fork() -> None:
    global _loading
    _loading = threading.Lock()  # another thread may have held the parent's


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
