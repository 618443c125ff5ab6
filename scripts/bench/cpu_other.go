//go:build !linux

package main

import (
	"errors"
	"time"
)

var errNotLinux = errors.New("the bench runs functions under Linux's CPU quota: run it on Linux")

type cpus struct{}

func splitCPUs() (cpus, error)              { return cpus{}, errNotLinux }
func (cpus) onFunctions(func() error) error { return errNotLinux }
func cpuTime(int) (time.Duration, error)    { return 0, errNotLinux }
