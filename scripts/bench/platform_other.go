//go:build !linux

package main

import (
	"errors"
	"os/exec"
	"time"
)

// Stand-ins for what only Linux has. parseOptions refuses to run anywhere else.

var errNotLinux = errors.New("the benchmark needs Linux")

type cpuGroups struct{}

type cpuGroup struct{}

func newCPUGroups() (*cpuGroups, error)              { return nil, errNotLinux }
func (*cpuGroups) newGroup() (*cpuGroup, error)      { return nil, errNotLinux }
func (*cpuGroup) limit(float64, time.Duration) error { return errNotLinux }
func (*cpuGroup) remove() error                      { return errNotLinux }

func (*cpuGroup) start(*exec.Cmd) (time.Time, error) { return time.Time{}, errNotLinux }

func onFewCores(func() error) error      { return errNotLinux }
func cpuTime(int) (time.Duration, error) { return 0, errNotLinux }
func peakMemory(int) (int64, error)      { return 0, errNotLinux }

func ownName(prefix string) string            { return prefix }
func leftOver(parent, prefix string) []string { return nil }

type sandbox struct{ root string }

func taskDir(name string) string { return name }

func (*sandbox) layOut([]byte) error                       { return errNotLinux }
func (*sandbox) enter(string) error                        { return errNotLinux }
func (*sandbox) command(name string, _ []string) *exec.Cmd { return exec.Command(name) }
