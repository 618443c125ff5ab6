package main

import (
	"fmt"
	"slices"
	"strings"

	"users-api/pkg/auth"
	"users-api/scripts/internal/localaws"
)

// checkFunction checks that the value of a variable is the name of a function.
func checkFunction(variable, name string) error {
	names := []string{"authorizer"}
	for _, r := range auth.Routes() {
		names = append(names, r.Function)
	}
	if !slices.Contains(names, name) {
		return fmt.Errorf("%s=%s: no function has this name; the functions are %s", variable, name, strings.Join(names, ", "))
	}
	return nil
}

// attachable returns a function that takes the process of a function, and shows once how to attach a
// debugger to it if the function is one of those to debug. It is called from one goroutine.
func (f *feed) attachable(debugged []string) func(function string, pid int) {
	shown := map[int]bool{}
	return func(function string, pid int) {
		name := strings.TrimPrefix(function, localaws.StackName+"-")
		if shown[pid] || !slices.Contains(debugged, name) {
			return
		}
		shown[pid] = true
		f.say(message, "to debug %s: dlv attach %d\n"+
			`or an editor's launch entry: {"name": %q, "type": "go", "request": "attach", "mode": "local", "processId": %d}`, name, pid, name, pid)
	}
}
