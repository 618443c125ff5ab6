package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// ownName is a pattern for os.MkdirTemp with this process's id in it, by which
// leftOver knows a folder whose maker is gone.
func ownName(prefix string) string { return fmt.Sprintf("%s%d-", prefix, os.Getpid()) }

// leftOver are the folders in parent that processes made by ownName which are
// there no more.
func leftOver(parent, prefix string) []string {
	all, _ := filepath.Glob(filepath.Join(parent, prefix+"*"))
	var left []string
	for _, dir := range all {
		digits, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(dir), prefix), "-")
		pid, err := strconv.Atoi(digits)
		if err == nil && errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			left = append(left, dir)
		}
	}
	return left
}
