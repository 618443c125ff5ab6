package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// cpu is the CPU of the functions, and a cgroup that holds one of them to a quota.
type cpu struct {
	functions unix.CPUSet
	cgroup    string // folder
	v2        bool   // cgroups of version 2
}

// fullCPU is the memory size, in MB, at which Lambda gives a function one CPU
// ("Configure Lambda function memory" in its developer guide).
const fullCPU = 1769

// quotaPeriod is the period of Lambda's CPU quota. AWS does not document it;
// functions that have used up their share are seen to go on at multiples of 20 ms
// (github.com/pwrdrvr/lambda-throttling has measurements).
const quotaPeriod = 20 * time.Millisecond

// newCPU reserves the last CPU for the functions: it moves this process, with the servers
// that it starts, to the others.
func newCPU() (*cpu, error) {
	c, last, pid := &cpu{cgroup: "/sys/fs/cgroup/cpu"}, runtime.NumCPU()-1, fmt.Sprint(os.Getpid())
	c.functions.Set(last)
	out, err := exec.Command("taskset", "--all-tasks", "--cpu-list", "--pid", fmt.Sprintf("0-%d", last-1), pid).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("leave CPU %d to the functions and another to the bench: %w\n%s", last, err, out)
	}
	if _, err := os.Stat("/sys/fs/cgroup/cgroup.controllers"); err == nil {
		c.cgroup, c.v2 = "/sys/fs/cgroup", true
		_ = c.write("cgroup.subtree_control", "+cpu") // if it fails, so does setQuota
	}
	c.cgroup = filepath.Join(c.cgroup, "bench-"+pid)
	if err := errors.Join(os.Mkdir(c.cgroup, 0o755), c.setQuota(fullCPU)); err != nil {
		_ = c.close()
		return nil, fmt.Errorf("set a CPU quota: %w\nRun the bench as root; in a container, mount a writable cgroup file system", err)
	}
	return c, nil
}

// start calls a function on a thread that runs on the functions' CPU, which a process inherits.
func (c *cpu) start(process func() error) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // the thread ends with the goroutine
		err := unix.SchedSetaffinity(0, &c.functions)
		if err == nil {
			err = process()
		}
		done <- err
	}()
	return <-done
}

// limit holds a process to the share of a memory size from now on.
func (c *cpu) limit(pid, mb int) error {
	return errors.Join(c.setQuota(mb), c.write("cgroup.procs", fmt.Sprint(pid)))
}

func (c *cpu) setQuota(mb int) error {
	period := quotaPeriod.Microseconds()
	share := period * int64(mb) / fullCPU
	if c.v2 {
		return c.write("cpu.max", fmt.Sprint(share, " ", period))
	}
	return errors.Join(c.write("cpu.cfs_period_us", fmt.Sprint(period)), c.write("cpu.cfs_quota_us", fmt.Sprint(share)))
}

func (c *cpu) write(file, value string) error {
	return os.WriteFile(filepath.Join(c.cgroup, file), []byte(value), 0)
}

// close removes the cgroup.
func (c *cpu) close() error { return os.Remove(c.cgroup) }

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
