package main

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"strings"
	"time"

	"users-api/scripts/internal/localaws"
)

// tokenCommand prints only a token that the local stage's authorizer accepts, for use in
// a command substitution.
func tokenCommand(flags *flag.FlagSet) func(context.Context, workspace) error {
	sub := flags.String("sub", "local-user", "subject, the principal in the logs")
	scopes := scopesFlag(flags)
	ttl := flags.Duration("ttl", time.Hour, "how long it is valid, such as 15m or 1h")
	return func(_ context.Context, ws workspace) error {
		if *ttl <= 0 {
			return fmt.Errorf("TTL=%v: the token would have expired already; give a duration above 0, such as 15m or 1h", *ttl)
		}
		list, err := parseScopes(*scopes)
		if err != nil {
			return err
		}
		secret, err := localaws.ReadSecret(ws.state)
		if err != nil {
			return err
		}
		token, err := secret.Token(*sub, list, time.Now(), *ttl)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(ws.out, token)
		return err
	}
}

// apiKeyCommand makes a key for any stage. The key is printed once and kept nowhere.
func apiKeyCommand(flags *flag.FlagSet) func(context.Context, workspace) error {
	name := flags.String("name", "partner", "name of the key, the principal in the logs")
	scopes := scopesFlag(flags)
	return func(_ context.Context, ws workspace) error {
		list, err := parseScopes(*scopes)
		if err != nil {
			return err
		}
		key, entry, err := localaws.NewAPIKey(*name, list)
		if err != nil {
			return fmt.Errorf("NAME=%q: %w", *name, err)
		}
		_, err = fmt.Fprintf(ws.out, "key (give it to its owner; it is kept nowhere):\n  %s\nentry of API_KEYS (add it to apiKeys in the stage's secret, after a comma):\n  %s\n", key, entry)
		return err
	}
}

func scopesFlag(flags *flag.FlagSet) *string {
	return flags.String("scopes", strings.Join(localaws.Scopes(), " "), "scopes, separated by spaces, commas or plus signs")
}

func parseScopes(list string) ([]string, error) {
	known := localaws.Scopes()
	scopes := strings.FieldsFunc(list, func(r rune) bool { return strings.ContainsRune(" ,+", r) })
	unknown := func(scope string) bool { return !slices.Contains(known, scope) }
	if len(scopes) == 0 || slices.ContainsFunc(scopes, unknown) {
		return nil, fmt.Errorf("SCOPES=%q: name one or more of %s", list, strings.Join(known, ", "))
	}
	return scopes, nil
}
