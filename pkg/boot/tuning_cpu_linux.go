package boot

import (
	"runtime"
	"syscall"
	"unsafe"
)

// stayOnOneCPU keeps a process, which runs Go on one thread at a time, on the CPU where it is. Go
// hands its work from thread to thread around slow system calls. The kernel would wake each thread
// on an idle CPU, whose caches are cold, and which lacks the part of the process's CPU quota that
// the CPU before it still holds. Where the kernel refuses, nothing changes.
func stayOnOneCPU() {
	number := map[string]uintptr{"amd64": 309, "arm64": 168}[runtime.GOARCH] // of getcpu(2)
	if number == 0 {
		return
	}
	var cpu uint32
	var set [16]uint64 // a bit for each CPU, see sched_setaffinity(2)
	_, _, errno := syscall.RawSyscall(number, uintptr(unsafe.Pointer(&cpu)), 0, 0)
	if errno == 0 && int(cpu) < 64*len(set) {
		set[cpu/64] = 1 << (cpu % 64)
		_, _, _ = syscall.AllThreadsSyscall(syscall.SYS_SCHED_SETAFFINITY, 0, unsafe.Sizeof(set), uintptr(unsafe.Pointer(&set)))
	}
}
