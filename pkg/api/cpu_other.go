//go:build !linux

package api

// stayOnOneCPU does nothing: Lambda is Linux.
func stayOnOneCPU() {}
