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

// cpu is a cgroup that holds a function to a CPU quota.
type cpu struct {
	folder string
	v2     bool // cgroups of version 2
}

// fullCPU is the memory size, in MB, at which Lambda gives a function one CPU
// ("Configure Lambda function memory" in its developer guide).
const fullCPU = 1769

// quotaPeriod is the period of Lambda's CPU quota. AWS does not document it;
// functions that have used up their share are seen to go on at multiples of 20 ms
// (github.com/pwrdrvr/lambda-throttling has measurements).
const quotaPeriod = 20 * time.Millisecond

// newCPU makes the cgroup.
func newCPU() (c cpu, err error) {
	c.folder = "/sys/fs/cgroup/cpu"
	if _, err := os.Stat("/sys/fs/cgroup/cgroup.controllers"); err == nil {
		c.folder, c.v2 = "/sys/fs/cgroup", true
		_ = c.write("cgroup.subtree_control", "+cpu") // if it fails, so does setQuota
	}
	c.folder = filepath.Join(c.folder, fmt.Sprint("bench-", os.Getpid()))
	if err := errors.Join(os.Mkdir(c.folder, 0o755), c.setQuota(fullCPU)); err != nil {
		_ = c.close()
		return c, fmt.Errorf("set a CPU quota: %w\nRun the bench as root on Linux; in a container, mount a writable cgroup file system", err)
	}
	return c, nil
}

// leaveLastCPU moves this process, with the servers that it starts, to the other CPUs.
func leaveLastCPU() error {
	others := fmt.Sprintf("0-%d", runtime.NumCPU()-2)
	out, err := exec.Command("taskset", "--all-tasks", "--cpu-list", "--pid", others, fmt.Sprint(os.Getpid())).CombinedOutput()
	if err != nil {
		return fmt.Errorf("run the servers on CPUs %s, of at least two: %w\n%s", others, err, out)
	}
	return nil
}

// start calls a function that starts a process. As on Lambda, the process may use all CPUs.
func (c cpu) start(process func() error) error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread() // the thread ends with the goroutine
		err := useAllCPUs()
		if err == nil {
			err = process()
		}
		started <- err
	}()
	return <-started
}

// limit holds a process to the share of a memory size from now on.
func (c cpu) limit(pid, mb int) error {
	return errors.Join(c.setQuota(mb), c.write("cgroup.procs", fmt.Sprint(pid)))
}

func (c cpu) setQuota(mb int) error {
	period := quotaPeriod.Microseconds()
	share := period * int64(mb) / fullCPU
	if c.v2 {
		return c.write("cpu.max", fmt.Sprint(share, " ", period))
	}
	return errors.Join(c.write("cpu.cfs_period_us", fmt.Sprint(period)), c.write("cpu.cfs_quota_us", fmt.Sprint(share)))
}

func (c cpu) write(file, value string) error {
	return os.WriteFile(filepath.Join(c.folder, file), []byte(value), 0)
}

// close removes the cgroup.
func (c cpu) close() error { return os.Remove(c.folder) }

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
