//go:build !linux

package boot

func stayOnOneCPU() {}
