package localaws

import (
	"os/exec"
	"syscall"
)

// endWithParent has a tool killed when this process dies without being able to end
// it. The emulator itself needs more and has its launcher for it.
func endWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
