"""How a worker locks itself in: no network, no new programs, a memory cap, no core file, death with its parent."""

import ctypes
import os
import platform
import resource
import signal
import struct
import sys

_MACHINES = {
    # audit architecture and the numbers of the system calls that are refused (linux/audit.h, asm/unistd.h)
    "x86_64": (0xC000003E, 317, {"socket": 41, "connect": 42, "execve": 59, "execveat": 322, "ptrace": 101}),
    "aarch64": (0xC00000B7, 277, {"socket": 198, "connect": 203, "execve": 221, "execveat": 281, "ptrace": 117}),
}
_EVERYWHERE = {"io_uring_setup": 425, "io_uring_enter": 426, "pidfd_getfd": 438}
_FOREIGN_ABI = 0x40000000  # x32 system calls on x86_64 begin here
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_EACCES = 13
_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 22, 38


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def lock_in(memory: int, network: bool = False, files: bool = False) -> list[str]:
    """Lock the calling process in and return the protections that this system lacks, in English.

    Args:
        memory: cap of the data segment in bytes, on top of which the engine must fail.
        network: leave sockets open (the relay to a remote store needs one).
        files: leave files writable (the store of a draft).
    """
    missing = []
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if not files:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    except (ValueError, OSError):
        missing.append("memory cap of a query")
    if sys.platform != "linux":
        missing.append("memory cap of a query")  # NOTE: macOS accepts RLIMIT_DATA and does not enforce it for mmap
        missing.append("no network in query workers")
        missing.append("end of workers when the service is killed")
    elif not _refuse_calls({"socket", "connect"} if network else set()):
        missing.append("no network in query workers")
    return list(dict.fromkeys(missing))


def die_with_parent(parent: int) -> None:
    """Ask the kernel to kill this process when its parent ends; exits at once if it has already ended."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def _refuse_calls(allowed: set[str]) -> bool:
    """Install a seccomp filter in all threads: the named calls fail with EACCES. Needs no privilege."""
    machine = _MACHINES.get(platform.machine())
    if machine is None:
        return False
    architecture, seccomp, calls = machine
    numbers = sorted(number for name, number in (calls | _EVERYWHERE).items() if name not in allowed)
    program = [
        _step(_LOAD, 0, 0, 4),
        _step(_EQUAL, 1, 0, architecture),
        _step(_RETURN, 0, 0, _KILL),
        _step(_LOAD, 0, 0, 0),
        _step(_AT_LEAST, 0, 1, _FOREIGN_ABI),
        _step(_RETURN, 0, 0, _REFUSE | _EACCES),
    ]
    for number in numbers:
        program += [_step(_EQUAL, 0, 1, number), _step(_RETURN, 0, 0, _REFUSE | _EACCES)]
    program.append(_step(_RETURN, 0, 0, _ALLOW))
    code = ctypes.create_string_buffer(b"".join(program))
    filters = _Program(len(program), ctypes.cast(code, ctypes.c_void_p))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return False
    # flag 1 = TSYNC: the engine's background threads get the filter too
    if libc.syscall(seccomp, 1, 1, ctypes.byref(filters)) == 0:
        return True
    return bool(libc.prctl(_PR_SET_SECCOMP, 2, ctypes.byref(filters), 0, 0) == 0)


def _step(code: int, if_true: int, if_false: int, value: int) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value)
