package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// groupPrefix marks our groups, so that those of a run that was killed can be
// told from others' and removed.
const groupPrefix = "users-api-bench-"

// cpuGroups makes cgroups with a CPU quota.
type cpuGroups struct {
	hierarchy cpuHierarchy
	parent    string
}

// newCPUGroups finds a folder in which a group can be made and limited. Its
// error says why there is none.
func newCPUGroups() (*cpuGroups, error) {
	self, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return nil, err
	}
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil, err
	}
	h, ok := findHierarchy(string(self), string(mounts))
	if !ok {
		return nil, errors.New("the kernel's CPU controller (cgroup) is not mounted")
	}
	var errs []error
	for _, parent := range h.parents() {
		c := &cpuGroups{hierarchy: h, parent: parent}
		if err = c.try(); err == nil {
			c.removeLeftOver()
			return c, nil
		}
		errs = append(errs, err)
	}
	return nil, errors.Join(errs...)
}

// try makes a group, starts a process in it and limits it.
func (c *cpuGroups) try() error {
	g, err := c.newGroup()
	if err != nil {
		return err
	}
	cmd := exec.Command("true")
	err = g.limit(0.5, 100*time.Millisecond)
	if err == nil {
		_, err = g.start(cmd)
	}
	if err == nil {
		err = cmd.Wait()
	}
	return errors.Join(err, g.remove())
}

// removeLeftOver removes the groups of runs that were killed: those with the id
// of a process that is gone in their names.
func (c *cpuGroups) removeLeftOver() {
	for _, dir := range leftOver(c.parent, groupPrefix) {
		_ = syscall.Rmdir(dir) // refused while a process is in it
	}
}

// cpuGroup is a group for one process.
type cpuGroup struct {
	of  *cpuGroups
	dir string
}

func (c *cpuGroups) newGroup() (*cpuGroup, error) {
	dir, err := os.MkdirTemp(c.parent, ownName(groupPrefix))
	if err != nil {
		return nil, err
	}
	return &cpuGroup{c, dir}, nil
}

// limit gives the group a share of one core from now on. A share beyond the
// cores that there are limits nothing.
func (g *cpuGroup) limit(share float64, period time.Duration) error {
	quota := strconv.FormatInt(int64(share*microseconds(period)), 10)
	every := strconv.FormatInt(period.Microseconds(), 10)
	if g.of.hierarchy.v2 {
		return g.write("cpu.max", quota+" "+every)
	}
	return errors.Join(g.write("cpu.cfs_period_us", every), g.write("cpu.cfs_quota_us", quota))
}

func (g *cpuGroup) write(file, value string) error {
	return os.WriteFile(filepath.Join(g.dir, file), []byte(value), 0o644)
}

func (g *cpuGroup) remove() error { return syscall.Rmdir(g.dir) }

// start starts a process inside the group, so that it never has to be moved:
// that would stop it for a while. It returns the moment just before.
func (g *cpuGroup) start(cmd *exec.Cmd) (began time.Time, err error) {
	if g.of.hierarchy.v2 {
		return g.startByDescriptor(cmd)
	}
	// Version 1 knows threads: a child begins in the group of the thread that
	// forks it.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	thread := strconv.Itoa(unix.Gettid())
	if err := g.write("tasks", thread); err != nil {
		return time.Time{}, err
	}
	began = time.Now()
	err = cmd.Start()
	back := os.WriteFile(filepath.Join(g.of.hierarchy.own, "tasks"), []byte(thread), 0o644)
	return began, errors.Join(err, back)
}

func (g *cpuGroup) startByDescriptor(cmd *exec.Cmd) (began time.Time, err error) {
	dir, err := os.Open(g.dir)
	if err != nil {
		return time.Time{}, err
	}
	defer dir.Close()
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.UseCgroupFD, cmd.SysProcAttr.CgroupFD = true, int(dir.Fd())
	began = time.Now()
	return began, cmd.Start()
}
