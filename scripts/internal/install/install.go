// Package install installs tools into git-ignored folders of the repository, each
// once for the versions that it is pinned to.
package install

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
)

// Tool is something to install. Its paths are relative to the repository's root.
type Tool struct {
	Name   string // for messages
	Pins   string // the file that pins its versions
	Dir    string // the folder that it is installed into
	Script string // shell commands that fill the folder, run in the repository's root
}

// Framework is the Serverless Framework.
var Framework = Tool{
	Name: "the Serverless Framework (npm ci)", Pins: "package-lock.json", Dir: "node_modules",
	Script: "npm ci --no-audit --no-fund --loglevel=error",
}

// Reference is the page that shows the API. It is one file of its package: npm ci would install
// the 270 packages that the others need. The page that is named here refuses a file with another hash.
var Reference = Tool{
	Name: "the API reference (Scalar)", Pins: "scripts/dev/web/docs.html", Dir: ".cache/scalar",
	Script: "mkdir .cache/scalar && cd .cache/scalar && npm pack --silent @scalar/api-reference@1.72.1 && " +
		"tar -xzf *.tgz --strip-components=3 package/dist/browser/standalone.js && rm *.tgz",
}

// DynamoDBLocal is Amazon's own engine. Its output folder is relative to that of the pins.
var DynamoDBLocal = Tool{
	Name: "DynamoDB Local (about 50 MB, with Maven)", Pins: "scripts/internal/dynamodblocal/pom.xml", Dir: ".cache/dynamodb-local",
	Script: "mvn --batch-mode --quiet --file scripts/internal/dynamodblocal/pom.xml " +
		"dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory=../../../.cache/dynamodb-local",
}

// OpenAPI is what checks openapi.yml and makes a TypeScript client of it. It needs no install script
// of its packages, and one of these (@scarf/scarf) only sends usage data: none runs.
var OpenAPI = Tool{
	Name: "Redocly, Spectral and openapi-typescript", Pins: "scripts/tests/clients/package-lock.json", Dir: ".cache/openapi",
	Script: "mkdir .cache/openapi && cp scripts/tests/clients/package*.json .cache/openapi && " +
		"npm ci --prefix .cache/openapi --ignore-scripts --no-audit --no-fund --loglevel=error",
}

// LocalAWS is ministack, Linters are aws-sam-cli, cfn-lint and schemathesis, and Checkov is checkov,
// each in a virtual environment.
var (
	LocalAWS = python("the local AWS (ministack)", "scripts/internal/localaws", ".cache/ministack")
	Linters  = python("aws-sam-cli, cfn-lint and schemathesis", "scripts/lint", ".cache/linters")
	Checkov  = python("checkov", "scripts/lint/checkov", ".cache/checkov")
)

// python is what requirements.txt in a folder pins. It pins all that is needed; without --no-deps
// pip requires hashes of optional dependencies too.
func python(name, folder, dir string) Tool {
	pins := folder + "/requirements.txt"
	return Tool{Name: name, Pins: pins, Dir: dir, Script: "python3 -m venv " + dir + " && " + dir +
		"/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r " + pins}
}

// Install installs the tools whose folders lack what is pinned, and reports to out that it does.
// Any number of processes may call it at once: one installs, the others wait.
func Install(ctx context.Context, root string, out io.Writer, tools ...Tool) error {
	if err := os.MkdirAll(filepath.Join(root, ".cache"), 0o755); err != nil {
		return err
	}
	lock := flock.New(filepath.Join(root, ".cache", "install.lock"))
	if err := lock.Lock(); err != nil {
		return fmt.Errorf("lock the installation: %w", err)
	}
	defer lock.Unlock() //nolint:errcheck // closing the file unlocks it
	for _, tool := range tools {
		if err := tool.install(ctx, root, out); err != nil {
			return fmt.Errorf("install %s: %w", tool.Name, err)
		}
	}
	return nil
}

// install runs the script on an empty folder: nothing is left of an earlier version or of an
// installation that failed.
func (t Tool) install(ctx context.Context, root string, out io.Writer) error {
	pins, err := os.ReadFile(filepath.Join(root, t.Pins))
	if err != nil {
		return err
	}
	want, stamp := fmt.Sprintf("%x", sha256.Sum256(pins)), filepath.Join(root, t.Dir, ".installed")
	if have, err := os.ReadFile(stamp); err == nil && string(have) == want {
		return nil
	}
	fmt.Fprintf(out, "installing %s …\n", t.Name)
	if err := os.RemoveAll(filepath.Join(root, t.Dir)); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "sh", "-c", t.Script)
	cmd.Dir = root
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s\nCheck the network and the message above, then run the same command again", t.Script, err, strings.TrimSpace(string(output)))
	}
	return os.WriteFile(stamp, []byte(want), 0o644)
}
