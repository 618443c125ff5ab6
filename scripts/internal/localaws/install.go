package localaws

import (
	"context"
	"io"
	"path/filepath"

	"users-api/scripts/internal/install"
)

// Install installs what the local AWS consists of into git-ignored folders: ministack into
// .cache/ministack, the framework into node_modules/. What is there in the locked versions stays.
func Install(ctx context.Context, root string, out io.Writer) error {
	const pins, venv = "scripts/internal/localaws/requirements.txt", ".cache/ministack"
	ministack := install.Tool{Name: "the local AWS (ministack)", Pins: pins, Dir: venv, Commands: [][]string{
		{"python3", "-m", "venv", venv},
		{pythonOf(root), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", pins},
	}}
	if err := install.Install(ctx, root, ministack, out); err != nil {
		return err
	}
	return InstallFramework(ctx, root, out)
}

// InstallFramework installs the framework alone, which is all that a deployment to Amazon needs.
func InstallFramework(ctx context.Context, root string, out io.Writer) error {
	return install.Install(ctx, root, install.Tool{
		Name: "the Serverless Framework (npm ci)", Pins: "package-lock.json", Dir: "node_modules",
		Commands: [][]string{{"npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"}},
	}, out)
}

// pythonOf is the interpreter that sees ministack.
func pythonOf(root string) string { return filepath.Join(root, ".cache", "ministack", "bin", "python") }
