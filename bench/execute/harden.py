"""Harden: take away from a worker process everything that running a query does not need.

Each layer is tried on its own and reported as on or absent: on a kernel or a system that lacks one,
the others still stand. Standard library only; nothing may be imported after ``harden``.

Covered: writing or reading any file but the databases, starting programs, the network, signals to
others, core dumps, outliving the supervisor, memory without bound.
Not covered: reading other files of a database's own folder, side channels, a faulty kernel.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import struct
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

LAYERS = ("rlimits", "pdeathsig", "undumpable", "no_new_privs", "landlock", "seccomp")

_SET_PDEATHSIG, _SET_DUMPABLE, _SET_SECCOMP, _SET_NO_NEW_PRIVS = 1, 4, 22, 38
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
_READ_FILE = 1 << 2
_ALLOW, _ERRNO_EPERM, _KILL = 0x7FFF0000, 0x00050001, 0x80000000
_X86_64, _AARCH64 = 0xC000003E, 0xC00000B7
_X32 = 0x40000000
"""From here on x86-64 numbers the calls of another convention."""

# fmt: off
_ALLOWED = {
    "read": 0, "write": 1, "open": 2, "close": 3, "stat": 4, "fstat": 5, "lstat": 6, "poll": 7,
    "lseek": 8, "mmap": 9, "mprotect": 10, "munmap": 11, "brk": 12, "rt_sigaction": 13,
    "rt_sigprocmask": 14, "rt_sigreturn": 15, "pread64": 17, "readv": 19, "writev": 20, "access": 21,
    "select": 23, "sched_yield": 24, "mremap": 25, "msync": 26, "mincore": 27, "madvise": 28,
    "nanosleep": 35, "getpid": 39, "sendto": 44, "recvfrom": 45, "exit": 60, "fcntl": 72,
    "getcwd": 79, "readlink": 89, "gettimeofday": 96, "getrusage": 98, "times": 100, "getuid": 102,
    "getgid": 104, "geteuid": 107, "getegid": 108, "getppid": 110, "sigaltstack": 131, "gettid": 186,
    "futex": 202, "restart_syscall": 219, "clock_gettime": 228, "clock_getres": 229,
    "clock_nanosleep": 230, "exit_group": 231, "openat": 257, "newfstatat": 262, "readlinkat": 267,
    "ppoll": 271, "set_robust_list": 273, "getrandom": 318, "statx": 332, "rseq": 334,
    "faccessat2": 439,
}
_FATAL = {
    "socket": 41, "connect": 42, "clone": 56, "fork": 57, "vfork": 58, "execve": 59, "kill": 62,
    "ptrace": 101, "process_vm_readv": 310, "process_vm_writev": 311, "bpf": 321, "execveat": 322,
    "clone3": 435,
}
# On aarch64, which never had the calls that newer ones replaced.
_ALLOWED_AARCH64 = {
    "getcwd": 17, "fcntl": 25, "faccessat": 48, "openat": 56, "close": 57, "lseek": 62, "read": 63,
    "write": 64,
    "readv": 65, "writev": 66, "pread64": 67, "pselect6": 72, "ppoll": 73, "readlinkat": 78, "newfstatat": 79,
    "fstat": 80, "exit": 93, "exit_group": 94, "futex": 98, "set_robust_list": 99, "nanosleep": 101,
    "clock_gettime": 113, "clock_getres": 114, "clock_nanosleep": 115, "sched_yield": 124,
    "restart_syscall": 128,
    "sigaltstack": 132, "rt_sigaction": 134, "rt_sigprocmask": 135, "rt_sigreturn": 139, "times": 153,
    "getrusage": 165, "gettimeofday": 169, "getpid": 172, "getppid": 173, "getuid": 174, "geteuid": 175,
    "getgid": 176, "getegid": 177, "gettid": 178, "sendto": 206, "recvfrom": 207, "brk": 214, "munmap": 215,
    "mremap": 216, "mmap": 222, "mprotect": 226, "msync": 227, "mincore": 232, "madvise": 233,
    "getrandom": 278,
    "statx": 291, "rseq": 293, "faccessat2": 439,
}
_FATAL_AARCH64 = {
    "ptrace": 117, "kill": 129, "socket": 198, "connect": 203, "clone": 220, "execve": 221,
    "process_vm_readv": 270, "process_vm_writev": 271, "bpf": 280, "execveat": 281, "clone3": 435,
}
_FURTHER_X86_64 = {
    "ioctl": 16, "setitimer": 38, "socket": 41, "connect": 42, "sendmsg": 46, "recvmsg": 47, "shutdown": 48,
    "bind": 49, "getsockname": 51, "getpeername": 52, "setsockopt": 54, "getsockopt": 55, "uname": 63,
    "epoll_wait": 232, "epoll_ctl": 233, "epoll_create1": 291, "sendmmsg": 307,
}
_FURTHER_AARCH64 = {
    "epoll_create1": 20, "epoll_ctl": 21, "epoll_wait": 22, "ioctl": 29, "setitimer": 103, "uname": 160,
    "socket": 198, "bind": 200, "connect": 203, "getsockname": 204,
    "getpeername": 205, "setsockopt": 208, "getsockopt": 209, "shutdown": 210, "sendmsg": 211, "recvmsg": 212,
    "sendmmsg": 269,
}
# fmt: on
FURTHER = {
    name: {"x86_64": number, "aarch64": _FURTHER_AARCH64[name]} for name, number in _FURTHER_X86_64.items()
}
"""System calls that some engines need and SQLite does not, by machine."""

_SYSTEMS = {"x86_64": (_X86_64, _ALLOWED, _FATAL), "aarch64": (_AARCH64, _ALLOWED_AARCH64, _FATAL_AARCH64)}
"""Machine → its name for the kernel, what may be called, and what ends the process."""


def harden(memory: int, folders: Iterable[str], parent: int, calls: Iterable[str] = ()) -> dict[str, bool]:
    """Apply every layer that this system has.

    Args:
        memory: bytes that the process may allocate.
        folders: where files may still be read.
        parent: the process that must not be outlived.
        calls: system calls allowed beyond those of SQLite, each of ``FURTHER``; with ``connect``
            among them the network is open.

    Returns:
        Layer → whether it is on.
    """
    on = dict.fromkeys(LAYERS, False)
    on["rlimits"] = _limit_resources(memory)
    if not sys.platform.startswith("linux"):
        return on
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]
    libc.syscall.restype = ctypes.c_long
    on["pdeathsig"] = libc.prctl(_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) == 0
    if os.getppid() != parent:
        os._exit(0)
    on["undumpable"] = libc.prctl(_SET_DUMPABLE, 0, 0, 0, 0) == 0
    on["no_new_privs"] = libc.prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
    if on["no_new_privs"]:
        on["landlock"] = _landlock(libc, folders, network="connect" in calls)
        on["seccomp"] = _seccomp(libc, calls)
    return on


def _limit_resources(memory: int) -> bool:
    """Bound memory by ``RLIMIT_DATA``, under which mapping a large database is still allowed."""
    limits = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: 256,
        resource.RLIMIT_DATA: memory,
    }
    try:
        for which, value in limits.items():
            hard = resource.getrlimit(which)[1]
            if hard == resource.RLIM_INFINITY or hard > value:
                resource.setrlimit(which, (value, value))
    except (OSError, ValueError):
        return False
    return True


def _landlock(libc: ctypes.CDLL, folders: Iterable[str], *, network: bool) -> bool:
    """Deny every file, TCP port and signal but reading below ``folders``, and connecting if asked for."""
    abi = libc.syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint(1))
    if abi < 1:
        return False
    files = (1 << (13 if abi == 1 else 14 if abi == 2 else 15 if abi < 5 else 16)) - 1
    handled = struct.pack("<QQQ", files, (1 if network else 3) if abi >= 4 else 0, 3 if abi >= 6 else 0)
    size = 8 if abi < 4 else 16 if abi < 6 else 24
    rules = libc.syscall(_LANDLOCK_CREATE, handled, ctypes.c_size_t(size), ctypes.c_uint(0))
    if rules < 0:
        return False
    for folder in folders:
        try:
            handle = os.open(folder, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            continue
        rule = struct.pack("<Qi", _READ_FILE, handle)
        libc.syscall(_LANDLOCK_ADD, rules, ctypes.c_int(1), rule, ctypes.c_uint(0))
        os.close(handle)
    done = bool(libc.syscall(_LANDLOCK_RESTRICT, rules, ctypes.c_uint(0)) == 0)
    os.close(rules)
    return done


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def _seccomp(libc: ctypes.CDLL, calls: Iterable[str]) -> bool:
    """Allow the system calls above; starting programs or connecting kills, the rest fails with EPERM."""
    machine = os.uname().machine
    if machine not in _SYSTEMS or sys.maxsize < 2**32:
        return False
    number, allowed, fatal = _SYSTEMS[machine]
    further = {name: FURTHER[name][machine] for name in calls if machine in FURTHER[name]}
    code = _filter(number, allowed | further, {name: fatal[name] for name in fatal if name not in further})
    program = _Program(len(code) // 8, code)
    address = ctypes.cast(ctypes.pointer(program), ctypes.c_void_p).value
    return bool(libc.prctl(_SET_SECCOMP, 2, address, 0, 0) == 0)


def _filter(machine: int, allowed: dict[str, int], fatal: dict[str, int]) -> bytes:
    """Write the BPF program: architecture, then one comparison per known number."""

    def op(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
        return struct.pack("<HBBI", code, yes, no, value)

    load, equal, at_least, give = 0x20, 0x15, 0x35, 0x06
    known = [(number, _ALLOW) for number in allowed.values()] + [(n, _KILL) for n in fatal.values()]
    head = [op(load, 4), op(equal, machine, 1), op(give, _KILL), op(load, 0)]
    head += [op(at_least, _X32, 0, 1), op(give, _KILL)]
    body = [op(equal, n, 0, 1) + op(give, verdict) for n, verdict in known]
    return b"".join([*head, *body, op(give, _ERRNO_EPERM)])
