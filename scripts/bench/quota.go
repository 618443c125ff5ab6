package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// fullCPU is the memory size, in MB, at which Lambda gives a function one CPU
// ("Configure Lambda function memory" in its developer guide).
const fullCPU = 1769

// quotaPeriod is the period of Lambda's CPU quota. AWS does not document it;
// functions that have used up their share are seen to go on at multiples of 20 ms
// (github.com/pwrdrvr/lambda-throttling has measurements).
const quotaPeriod = 20 * time.Millisecond

// quota is a cgroup that holds one process at a time to a share of a CPU.
type quota struct {
	dir string
	v2  bool // cgroups of version 2
}

func newQuota() (*quota, error) {
	q := &quota{dir: "/sys/fs/cgroup/cpu"}
	if _, err := os.Stat("/sys/fs/cgroup/cgroup.controllers"); err == nil {
		q = &quota{dir: "/sys/fs/cgroup", v2: true}
		_ = q.write("cgroup.subtree_control", "+cpu") // if it fails, so does set
	}
	q.dir = filepath.Join(q.dir, fmt.Sprint("bench-", os.Getpid()))
	if err := errors.Join(os.Mkdir(q.dir, 0o755), q.set(fullCPU)); err != nil {
		_ = q.remove()
		return nil, fmt.Errorf("set a CPU quota: %w\nRun the bench as root; in a container, mount a writable cgroup file system", err)
	}
	return q, nil
}

// set sets the share of a memory size.
func (q *quota) set(mb int) error {
	period := quotaPeriod.Microseconds()
	share := period * int64(mb) / fullCPU
	if q.v2 {
		return q.write("cpu.max", fmt.Sprint(share, " ", period))
	}
	return errors.Join(q.write("cpu.cfs_period_us", fmt.Sprint(period)), q.write("cpu.cfs_quota_us", fmt.Sprint(share)))
}

// limit holds a process to the share of a memory size from now on.
func (q *quota) limit(pid, mb int) error {
	return errors.Join(q.set(mb), q.write("cgroup.procs", fmt.Sprint(pid)))
}

func (q *quota) write(file, value string) error {
	return os.WriteFile(filepath.Join(q.dir, file), []byte(value), 0)
}

func (q *quota) remove() error { return os.Remove(q.dir) }
