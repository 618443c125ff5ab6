// Package freeport finds ports for servers that have to be told theirs.
package freeport

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"syscall"
)

// Find returns a port that is free at all addresses of this machine. The port is below those that
// Linux and macOS hand out, so no other program is given it before the server takes it.
func Find() (string, error) {
	for {
		port := strconv.Itoa(10_000 + rand.IntN(20_000))
		l, err := net.Listen("tcp", ":"+port)
		if err == nil {
			return port, l.Close()
		}
		if !errors.Is(err, syscall.EADDRINUSE) {
			return "", fmt.Errorf("find a free port: %w", err)
		}
	}
}
