package adopt

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/harness"
)

var (
	fence  = regexp.MustCompile("(?ms)^```(sh|bash|shell|console)\\b *(.*?)\n(.*?)^```$")
	prompt = regexp.MustCompile(`(?m)^\$ ((?:.*\\\n)*.*)`)           // a command in a console, of one or more lines
	status = regexp.MustCompile(`(?m)^(?:HTTP/[\d.]+ )?[1-5]\d\d\b`) // of a response, as curl and make smoke show it
	id     = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}`)
)

// elsewhere has the marks of commands that do not run here, such as "```sh aws", with the reason.
var elsewhere = map[string]string{
	"aws":      "needs an account of Amazon's",
	"debugger": "is a session at the prompt of a debugger",
	"latest":   "fetches what is not pinned; tests/e2e does the same with pinned versions",
	"slow":     "takes minutes, or needs root",
	"tests":    "starts what the tests use, or the tests themselves",
}

// runCommands runs the commands of a document in the copy, whose `make dev` serves at url. It compares
// the statuses that a console shows with those of the responses.
func runCommands(t *testing.T, tree harness.Tree, document, url string) {
	t.Helper()
	for _, block := range fence.FindAllStringSubmatch(tree.Read(t, document), -1) {
		language, mark, shown := block[1], block[2], block[3]
		if mark != "" {
			assert.Contains(t, elsewhere, mark, "%s has commands with this mark, which does not say why they do not run here", document)
			continue
		}
		commands := shown
		if language == "console" {
			commands = strings.Join(prompt.FindAllString(shown, -1), "\n")
			commands = strings.ReplaceAll("\n"+commands, "\n$ ", "\n")
			// The id of the user that was just created takes the place of the example's.
			commands = id.ReplaceAllString(commands, "$$(grep -oE '"+id.String()+"' .build/output | head -n 1)")
		}
		output := run(t, tree, document, strings.ReplaceAll(commands, "http://127.0.0.1:3000", url))
		if language == "console" {
			assert.Equal(t, status.FindAllString(shown, -1), status.FindAllString(output, -1), "%s shows:\n%s\nThe commands write:\n%s", document, shown, output)
		}
	}
}

// run runs commands, and returns what they write.
func run(t *testing.T, tree harness.Tree, document, commands string) string {
	t.Helper()
	started := time.Now()
	_, err := tree.Run(t.Context(), nil, "bash", "-ec", "mkdir -p .build; exec >.build/output 2>&1\n"+commands)
	output := tree.Read(t, ".build/output")
	require.NoError(t, err, "%s has these commands:\n%s\nThey write:\n%s", document, commands, output)
	t.Logf("%5.1f s  %s", time.Since(started).Seconds(), strings.TrimSpace(commands))
	return output
}
