package main

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"strings"
	"time"

	"users-api/pkg/auth"
	"users-api/scripts/internal/issuer"
	"users-api/scripts/internal/localaws"
	"users-api/scripts/internal/stagesecret"
)

// tokenCommand prints only a token that the local stage's authorizer accepts, for use in
// a command substitution.
func tokenCommand(flags *flag.FlagSet) func(context.Context, workspace) error {
	sub := flags.String("sub", "local-user", "subject, the principal in the logs")
	scopes := scopesFlag(flags)
	ttl := flags.Duration("ttl", time.Hour, "how long it is valid, such as 15m or 1h")
	algorithm := flags.String("alg", "", "RS256, ES256 or EdDSA, of the issuer of `make dev ISSUER=1`")
	return func(ctx context.Context, ws workspace) error {
		if *ttl <= 0 {
			return fmt.Errorf("TTL=%v: the token would have expired already; give a duration above 0, such as 15m or 1h", *ttl)
		}
		list, err := parseScopes(*scopes)
		if err != nil {
			return err
		}
		token, err := issuer.Token(ctx, ws.state, *algorithm, *sub, list, *ttl)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(ws.out, token)
		return err
	}
}

// apiKeyCommand makes a key, and adds its entry to the secret of a stage if one is named. The key is
// printed once and kept nowhere.
func apiKeyCommand(flags *flag.FlagSet) func(context.Context, workspace) error {
	name := flags.String("name", "partner", "name of the key, the principal in the logs")
	scopes := scopesFlag(flags)
	stage := flags.String("stage", "", "stage whose secret gets the entry")
	return func(ctx context.Context, ws workspace) error {
		list, err := parseScopes(*scopes)
		if err != nil {
			return err
		}
		key, entry, err := stagesecret.NewAPIKey(*name, list)
		if err != nil {
			return fmt.Errorf("NAME=%q: %w", *name, err)
		}
		todo := "add it to apiKeys in the stage's secret, after a comma, or have STAGE=... do it"
		if *stage != "" {
			if err := changeSecret(ctx, ws, *stage, func(v stagesecret.Value) { v.AddAPIKey(entry) }); err != nil {
				return err
			}
			todo = "now in the secret of stage " + *stage
		}
		_, err = fmt.Fprintf(ws.out, "key (give it to its owner; it is kept nowhere):\n  %s\nentry of apiKeys (%s):\n  %s\n", key, todo, entry)
		return err
	}
}

// rotateCommand replaces the secret that signs a stage's tokens.
func rotateCommand(flags *flag.FlagSet) func(context.Context, workspace) error {
	stage := flags.String("stage", localaws.Stage, "stage whose tokens get another secret")
	return func(ctx context.Context, ws workspace) error {
		if err := changeSecret(ctx, ws, *stage, stagesecret.Value.Rotate); err != nil {
			return err
		}
		_, err := fmt.Fprintf(ws.out, "stage %s has a new jwtSecret; tokens by the one before it are accepted until the next rotation\n", *stage)
		return err
	}
}

func changeSecret(ctx context.Context, ws workspace, stage string, change func(stagesecret.Value)) error {
	secret, err := stagesecret.OpenStage(ctx, ws.state, stage)
	if err != nil {
		return err
	}
	return secret.Change(ctx, change)
}

func scopesFlag(flags *flag.FlagSet) *string {
	return flags.String("scopes", strings.Join(auth.Scopes(), " "), "scopes, separated by spaces, commas or plus signs")
}

func parseScopes(list string) ([]string, error) {
	known := auth.Scopes()
	scopes := strings.FieldsFunc(list, func(r rune) bool { return strings.ContainsRune(" ,+", r) })
	unknown := func(scope string) bool { return !slices.Contains(known, scope) }
	if len(scopes) == 0 || slices.ContainsFunc(scopes, unknown) {
		return nil, fmt.Errorf("SCOPES=%q: name one or more of %s", list, strings.Join(known, ", "))
	}
	return scopes, nil
}
