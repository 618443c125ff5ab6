package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"users-api/pkg/auth"
	"users-api/scripts/internal/localaws"
)

// debugger shows how to attach a debugger to the processes of some functions.
type debugger struct {
	functions []string
	feed      *feed
	shown     map[int]bool // by process id
}

// newDebugger takes the value of DEBUG: functions, separated by commas.
func newDebugger(list string, feed *feed) (*debugger, error) {
	d := &debugger{feed: feed, shown: map[int]bool{}}
	if list == "" {
		return d, nil
	}
	d.functions = strings.Split(list, ",")
	for _, name := range d.functions {
		if err := checkFunction("DEBUG", name); err != nil {
			return nil, err
		}
	}
	return d, nil
}

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

// ran takes the process of a function. It is called from one goroutine.
func (d *debugger) ran(function string, pid int) {
	name := strings.TrimPrefix(function, localaws.StackName+"-")
	if d.shown[pid] || !slices.Contains(d.functions, name) {
		return
	}
	d.shown[pid] = true
	d.feed.say(message, "to debug %s: dlv attach %d\n"+
		`or an editor's launch entry: {"name": %q, "type": "go", "request": "attach", "mode": "local", "processId": %d}`, name, pid, name, pid)
}

// start starts a process of each of the functions that is debugged, so that a debugger can attach to
// it before the first request.
func (d *deployer) start(ctx context.Context, functions ...string) {
	for _, name := range functions {
		if !slices.Contains(d.debug.functions, name) {
			continue
		}
		d.feed.say(message, "starting %s with an event that it refuses", name)
		in := &lambda.InvokeInput{FunctionName: aws.String(localaws.StackName + "-" + name), Payload: []byte("{}")}
		if _, err := d.lambda.Invoke(ctx, in); err != nil && ctx.Err() == nil {
			d.feed.say(failure, "start %s: %v", name, err)
		}
	}
}
