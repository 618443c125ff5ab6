package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// sandbox is the file system that a function sees: a root folder of its own
// where the machine allows it.
type sandbox struct {
	root   string // on this machine
	chroot bool
}

// taskDir is where a function's binary is, inside the root folder. On Lambda it
// is /var/task itself; here each function has a folder there.
func taskDir(name string) string { return filepath.Join("var", "task", name) }

// layOut fills the root folder with what a function reads.
func (s *sandbox) layOut(systemRoots []byte) error {
	files := map[string]string{
		"etc/hosts":         "127.0.0.1 " + tableHost + "\n",
		"etc/nsswitch.conf": "hosts: files\n",
		"etc/resolv.conf":   "",
		// The Go runtime reads this size at its start.
		"sys/kernel/mm/transparent_hugepage/hpage_pmd_size": "2097152\n",
	}
	for name, text := range files {
		if err := writeFile(filepath.Join(s.root, name), []byte(text)); err != nil {
			return err
		}
	}
	return layOutRoots(s.root, systemRoots)
}

// enter finds out whether a process may have the folder as its root, by
// starting one. Without that right the functions run outside of it.
func (s *sandbox) enter(program string) error {
	s.chroot = true
	cmd := s.command(program, nil)
	err := cmd.Start()
	if err == nil {
		_ = cmd.Wait() // it lacks its environment and says so
		return nil
	}
	s.chroot = false
	return fmt.Errorf("chroot: %w", err)
}

// command is a function's process, not yet started. It ends with the bench,
// also when that is killed.
func (s *sandbox) command(name string, env []string) *exec.Cmd {
	if !s.chroot {
		return s.commandOutside(name, env)
	}
	attr := &syscall.SysProcAttr{Chroot: s.root, Pdeathsig: syscall.SIGKILL}
	if uid := os.Geteuid(); uid != 0 { // only root may: be it in a namespace of its own
		attr.Cloneflags = syscall.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: uid, Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}}
	}
	dir := "/" + taskDir(name)
	return &exec.Cmd{Path: dir + "/bootstrap", Dir: dir, Env: env, SysProcAttr: attr}
}

// commandOutside is command where a process may have no root folder of its own.
func (s *sandbox) commandOutside(name string, env []string) *exec.Cmd {
	dir := filepath.Join(s.root, taskDir(name))
	return &exec.Cmd{
		Path: filepath.Join(dir, "bootstrap"), Dir: dir,
		Env: append(env,
			"SSL_CERT_FILE="+filepath.Join(s.root, bundleLinks[0]),
			"SSL_CERT_DIR="+filepath.Join(s.root, "etc/ssl/certs")+":"+filepath.Join(s.root, "etc/pki/tls/certs")),
		SysProcAttr: &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL},
	}
}
