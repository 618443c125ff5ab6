package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"net/http"

	"users-api/scripts/internal/localaws"
)

// logsCommand shows what the functions have written since `make dev` was started, as far as the
// console keeps it, and follows it.
func logsCommand(flags *flag.FlagSet) func(context.Context, workspace) error {
	function := flags.String("f", "", "only the function of this name")
	asJSON := flags.Bool("json", false, "one JSON object a line")
	return func(ctx context.Context, ws workspace) error {
		if *function != "" {
			if err := checkFunction("F", *function); err != nil {
				return err
			}
		}
		url, err := localaws.API(ws.state)
		if err != nil {
			return err
		}
		return follow(ctx, url+"/_console/events", func(e event) {
			if e.Function != "" && (*function == "" || *function == e.Function) {
				screen{ws.out, *asJSON}.show(e)
			}
		})
	}
}

// follow passes on each of the server-sent events at url until the context ends.
func follow(ctx context.Context, url string, show func(event)) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 4<<20) // more than an event has
	for lines.Scan() {
		var e event
		if data, ok := bytes.CutPrefix(lines.Bytes(), []byte("data: ")); ok && json.Unmarshal(data, &e) == nil {
			show(e)
		}
	}
	if ctx.Err() != nil {
		return nil
	}
	return errors.New("`make dev` has ended")
}
