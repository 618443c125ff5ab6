package api

import (
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// stayOnOneCPU keeps a process that runs Go on one thread at a time (GOMAXPROCS
// is 1) on the CPU where it is. The runtime hands the work from thread to thread
// whenever a system call takes long, and the kernel would wake each on the CPU
// that is idle: with cold caches, and with no share left of a quota of which the
// other CPU holds the rest. Where it may not, nothing changes.
func stayOnOneCPU() {
	if runtime.GOMAXPROCS(0) != 1 {
		return
	}
	var cpu uint32
	if _, _, errno := unix.RawSyscall(unix.SYS_GETCPU, uintptr(unsafe.Pointer(&cpu)), 0, 0); errno != 0 {
		return
	}
	var set unix.CPUSet
	set.Set(int(cpu))
	_, _, _ = syscall.AllThreadsSyscall(unix.SYS_SCHED_SETAFFINITY, 0, unsafe.Sizeof(set), uintptr(unsafe.Pointer(&set)))
}
