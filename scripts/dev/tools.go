package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"users-api/scripts/internal/localaws"
)

const allScopes = "users:read users:write"

// installCommand installs what `make dev` and `make test` need.
func installCommand(flags *flag.FlagSet) func(context.Context, workspace) error {
	framework := flags.Bool("framework", false, "only the Serverless Framework, for deployments to Amazon")
	return func(ctx context.Context, ws workspace) error {
		if *framework {
			return localaws.InstallFramework(ctx, ws.root, ws.out)
		}
		return localaws.Install(ctx, ws.root, ws.out)
	}
}

// tokenCommand prints a token that the local stage's authorizer takes, and nothing
// else, so that it can stand in a command substitution.
func tokenCommand(flags *flag.FlagSet) func(context.Context, workspace) error {
	sub := flags.String("sub", "local-user", "subject, the principal in the logs")
	scopes := flags.String("scopes", allScopes, "scopes, separated by spaces")
	ttl := flags.Duration("ttl", time.Hour, "how long it is valid, such as 15m or 1h")
	return func(_ context.Context, ws workspace) error {
		secret, err := localaws.ReadSecret(ws.state)
		if err != nil {
			return err
		}
		token, err := secret.Token(*sub, words(*scopes), time.Now(), *ttl)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(ws.out, token)
		return err
	}
}

// keyName is what an entry of API_KEYS can hold as a name.
var keyName = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)

// apiKeyCommand makes a key for any stage. The key is printed once and kept nowhere.
func apiKeyCommand(flags *flag.FlagSet) func(context.Context, workspace) error {
	name := flags.String("name", "partner", "name of the key, the principal in the logs")
	scopes := flags.String("scopes", allScopes, "scopes, separated by spaces")
	return func(_ context.Context, ws workspace) error {
		if !keyName.MatchString(*name) {
			return fmt.Errorf("NAME=%q: take 1 to 64 letters, digits, '_', '.' or '-'", *name)
		}
		list := words(*scopes)
		if len(list) == 0 {
			return errors.New("SCOPES is empty: name at least one, such as users:read")
		}
		key := localaws.NewAPIKey()
		_, err := fmt.Fprintf(ws.out, "key (give it to its owner; it is kept nowhere):\n  %s\nentry of API_KEYS (add it to apiKeys in the stage's secret, after a comma):\n  %s\n",
			key, localaws.APIKeyEntry(*name, key, list))
		return err
	}
}

// invokeCommand sends an event to a deployed function, as `serverless invoke` does,
// and shows its answer and what it logged.
func invokeCommand(flags *flag.FlagSet) func(context.Context, workspace) error {
	function := flags.String("f", "", "function, such as getUser")
	event := flags.String("event", "", "file with the event")
	return func(ctx context.Context, ws workspace) error {
		url, err := localaws.Running(ws.state)
		if err != nil {
			return err
		}
		payload, err := readEvent(ws.root, *function, *event)
		if err != nil {
			return err
		}
		out, err := lambda.NewFromConfig(localaws.ConfigFor(url)).Invoke(ctx, &lambda.InvokeInput{
			FunctionName: aws.String(localaws.FunctionName(*function)), Payload: payload, LogType: types.LogTypeTail,
		})
		var missing *types.ResourceNotFoundException
		if errors.As(err, &missing) {
			return fmt.Errorf("no function %q is deployed: serverless.yml lists them, such as getUser", *function)
		}
		if err != nil {
			return fmt.Errorf("invoke %s: %w", *function, err)
		}
		return showInvocation(ws, out)
	}
}

// readEvent reads the named event, or lists the ones that there are.
func readEvent(root, function, file string) ([]byte, error) {
	if function == "" {
		return nil, errors.New("which function? make invoke F=getUser EVENT=functions/get-user/testdata/<event>.json")
	}
	if file == "" {
		found, _ := filepath.Glob(filepath.Join(root, "functions", "*", "testdata", "*.json")) // the pattern is well-formed
		for i := range found {
			found[i], _ = filepath.Rel(root, found[i]) // it is below root
		}
		return nil, fmt.Errorf("which event? Give EVENT=file. There are:\n  %s", strings.Join(found, "\n  "))
	}
	payload, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the event: %w", err)
	}
	if !json.Valid(payload) {
		return nil, fmt.Errorf("%s is not JSON", file)
	}
	return payload, nil
}

func showInvocation(ws workspace, out *lambda.InvokeOutput) error {
	var pretty bytes.Buffer
	if json.Indent(&pretty, out.Payload, "", "  ") != nil {
		pretty.Write(out.Payload)
	}
	fmt.Fprintln(ws.out, pretty.String())
	if log, err := base64.StdEncoding.DecodeString(aws.ToString(out.LogResult)); err == nil {
		screen := newScreen(ws.out, false)
		for line := range strings.Lines(string(log)) {
			screen.log(parseLog("", time.Now(), strings.TrimSpace(line)))
		}
	}
	if out.FunctionError != nil {
		return fmt.Errorf("the function failed: %s", *out.FunctionError)
	}
	return nil
}

func resetCommand(*flag.FlagSet) func(context.Context, workspace) error {
	return func(_ context.Context, ws workspace) error {
		err := localaws.Reset(ws.state)
		if errors.Is(err, localaws.ErrRunning) {
			return errors.New("`make dev` is running: end it first, then run `make reset` again")
		}
		return err
	}
}
