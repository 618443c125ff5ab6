// Command units prints what each operation of the store costs in DynamoDB: calls
// and request units, the same for every request and on every machine.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"users-api/scripts/internal/dynamodblocal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) (err error) {
	flags := flag.NewFlagSet("units", flag.ContinueOnError)
	asJSON := flags.Bool("json", false, "print JSON, for machines")
	if err := flags.Parse(args); err != nil {
		return err
	}
	server, err := dynamodblocal.Start(ctx)
	if err != nil {
		return err
	}
	defer server.Close()
	costs, err := measure(ctx, server.Endpoint())
	if err != nil {
		return err
	}
	if *asJSON {
		return showJSON(out, costs)
	}
	return show(out, costs)
}

func showJSON(out io.Writer, costs []cost) error {
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(costs)
}

func show(out io.Writer, costs []cost) error {
	const row = "%-20s  %-21s  %5v  %10v  %11v  %16v\n"
	if _, err := fmt.Fprintf(out, row, "operation", "route", "calls", "read units", "write units", "of them in index"); err != nil {
		return err
	}
	for _, c := range costs {
		if _, err := fmt.Fprintf(out, row, c.Operation, c.Route, c.Calls, c.Reads, c.TableWrites+c.IndexWrites, c.IndexWrites); err != nil {
			return err
		}
	}
	return nil
}
