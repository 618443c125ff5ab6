package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// cpus are the CPU of the functions, and those of the bench and its servers.
type cpus struct{ functions, servers unix.CPUSet }

// splitCPUs reserves the last CPU for the functions, and moves this process, with the
// servers that it starts, to the others.
func splitCPUs() (c cpus, err error) {
	if err := unix.SchedGetaffinity(0, &c.servers); err != nil {
		return c, err
	}
	last := 0
	for cpu := range len(c.servers) * 64 {
		if c.servers.IsSet(cpu) {
			last = cpu
		}
	}
	c.functions.Set(last)
	c.servers.Clear(last)
	if c.servers.Count() == 0 {
		return c, errors.New("there is one CPU here: the bench needs another for its servers")
	}
	for range 2 { // a thread starts on its creator's CPUs, so the first pass may miss new ones
		threads, err := os.ReadDir("/proc/self/task")
		if err != nil {
			return c, err
		}
		for _, thread := range threads {
			id, _ := strconv.Atoi(thread.Name())
			if err := unix.SchedSetaffinity(id, &c.servers); err != nil && !errors.Is(err, unix.ESRCH) {
				return c, fmt.Errorf("leave CPU %d to the functions: %w", last, err)
			}
		}
	}
	return c, nil
}

// onFunctions calls start on a thread that runs on the functions' CPU, which a process inherits.
func (c cpus) onFunctions(start func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.SchedSetaffinity(0, &c.functions); err != nil {
		return err
	}
	return errors.Join(start(), unix.SchedSetaffinity(0, &c.servers))
}

// cpuTime returns the CPU time that a process has used. The id of its clock is made
// from the process's as in clock_getcpuclockid(3).
func cpuTime(pid int) (time.Duration, error) {
	const schedClock = 2
	var ts unix.Timespec
	if err := unix.ClockGettime(int32(^pid)<<3|schedClock, &ts); err != nil {
		return 0, fmt.Errorf("CPU clock of process %d: %w", pid, err)
	}
	return time.Duration(ts.Nano()), nil
}
