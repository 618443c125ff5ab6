package api

import (
	"runtime"
	"syscall"
	"unsafe"
)

// getcpu is the number of getcpu(2) by architecture: package syscall lacks it for
// amd64.
var getcpu = map[string]uintptr{"amd64": 309, "arm64": 168}[runtime.GOARCH]

// stayOnOneCPU keeps a process that runs Go on one thread at a time (GOMAXPROCS
// is 1) on the CPU where it is. The runtime hands the work from thread to thread
// whenever a system call takes long, and the kernel would wake each on the CPU
// that is idle: with cold caches, and with no share left of a quota of which the
// other CPU holds the rest. Where it may not, nothing changes.
func stayOnOneCPU() {
	if runtime.GOMAXPROCS(0) != 1 || getcpu == 0 {
		return
	}
	var cpu uint32
	var set [16]uint64 // a bit for each CPU, as sched_setaffinity(2) has it
	_, _, errno := syscall.RawSyscall(getcpu, uintptr(unsafe.Pointer(&cpu)), 0, 0)
	if errno != 0 || int(cpu) >= len(set)*64 {
		return
	}
	set[cpu/64] = 1 << (cpu % 64)
	_, _, _ = syscall.AllThreadsSyscall(syscall.SYS_SCHED_SETAFFINITY, 0, unsafe.Sizeof(set), uintptr(unsafe.Pointer(&set)))
}
