//go:build !linux

package main

import (
	"errors"
	"time"
)

type cpu struct{}

func newCPU() (*cpu, error) {
	return nil, errors.New("the bench runs functions under Linux's CPU quota: run it on Linux")
}

func (*cpu) start(func() error) error    { return nil }
func (*cpu) limit(int, int) error        { return nil }
func (*cpu) close() error                { return nil }
func cpuTime(int) (time.Duration, error) { return 0, nil }
