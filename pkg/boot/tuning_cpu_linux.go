package boot

import (
	"runtime"
	"syscall"
	"unsafe"
)

// getcpu is the number of getcpu(2), which package syscall lacks for amd64.
var getcpu = map[string]uintptr{"amd64": 309, "arm64": 168}[runtime.GOARCH]

// init keeps a process that runs Go on one thread at a time (GOMAXPROCS=1) on the CPU where it is.
// Go hands the work from thread to thread around slow system calls, and the kernel would wake each
// on the CPU that is idle: with cold caches, and without what the other CPU has of the quota.
func init() {
	var cpu uint32
	var set [16]uint64 // a bit for each CPU, see sched_setaffinity(2)
	if runtime.GOMAXPROCS(0) != 1 || getcpu == 0 {
		return
	}
	if _, _, errno := syscall.RawSyscall(getcpu, uintptr(unsafe.Pointer(&cpu)), 0, 0); errno == 0 && cpu < 64*uint32(len(set)) {
		set[cpu/64] = 1 << (cpu % 64)
		_, _, _ = syscall.AllThreadsSyscall(syscall.SYS_SCHED_SETAFFINITY, 0, unsafe.Sizeof(set), uintptr(unsafe.Pointer(&set)))
	}
}
