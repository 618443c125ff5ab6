package localaws

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// configuration is what a deployment is made of beside the functions' code. A
// change in any of it takes a whole deployment.
var configuration = []string{
	"serverless.yml", "package.json", "package-lock.json",
	"resources", "scripts/serverless", "pkg/user/schema.json",
}

// Sources is what the working tree would deploy.
type Sources struct {
	// Config is a hash over serverless.yml and everything that it reads.
	Config string `json:"config"`
	// Functions is a hash over each function's code, by its source folder.
	Functions map[string]string `json:"functions"`

	// packages are the folders of the Go packages that a function consists of.
	packages map[string][]string
}

// ReadSources hashes the working tree below root. It does so for a tree that does
// not compile as well: the hash then stands for the broken code.
func ReadSources(ctx context.Context, root string) (Sources, error) {
	s := Sources{Functions: map[string]string{}}
	var err error
	if s.packages, err = listPackages(ctx, root); err != nil {
		return Sources{}, err
	}
	if s.Config, err = hashTrees(root, configuration); err != nil {
		return Sources{}, err
	}
	common, err := moduleHash(ctx, root)
	if err != nil {
		return Sources{}, err
	}
	for folder, dirs := range s.packages {
		sum, err := hashPackages(root, dirs)
		if err != nil {
			return Sources{}, err
		}
		s.Functions[folder] = hashStrings(common, sum)
	}
	return s, nil
}

// Folders are the folders to watch for changes: those of the functions' packages and
// of the configuration.
func (s Sources) Folders(root string) []string {
	set := map[string]bool{root: true}
	for _, dirs := range s.packages {
		for _, dir := range dirs {
			set[dir] = true
		}
	}
	for _, name := range configuration {
		_ = filepath.WalkDir(filepath.Join(root, name), func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() {
				set[path] = true
			}
			return nil // what is not there needs no watching
		})
	}
	return slices.Sorted(maps.Keys(set))
}

// changed are the folders of the functions whose code differs from deployed's.
func (s Sources) changed(deployed Sources) []string {
	var folders []string
	for folder, sum := range s.Functions {
		if deployed.Functions[folder] != sum {
			folders = append(folders, folder)
		}
	}
	slices.Sort(folders)
	return folders
}

// goPackage is the part of `go list -json` that is read here.
type goPackage struct {
	Dir, ImportPath, Name string
	Standard              bool
	Module                *struct{ Main bool }
	Deps                  []string
}

// local says whether the package is of this module. A third-party package changes
// with go.mod and go.sum only, the standard library with the Go version.
func (p goPackage) local() bool { return !p.Standard && p.Module != nil && p.Module.Main }

// listPackages returns, for each function's folder, the folders of the module's own
// packages that it consists of.
func listPackages(ctx context.Context, root string) (map[string][]string, error) {
	// -e goes on where a package does not compile: the compiler's message is better.
	out, err := goOutput(ctx, root, "list", "-e", "-deps", "-json=Dir,ImportPath,Name,Standard,Module,Deps", "./functions/...")
	if err != nil {
		return nil, err
	}
	packages := map[string]goPackage{}
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read the output of go list: %w", err)
		}
		packages[p.ImportPath] = p
	}
	return functionPackages(root, packages), nil
}

func functionPackages(root string, packages map[string]goPackage) map[string][]string {
	functions := map[string][]string{}
	for _, p := range packages {
		folder, err := filepath.Rel(root, p.Dir)
		if err != nil || !p.local() || !strings.HasPrefix(filepath.ToSlash(folder), "functions/") {
			continue
		}
		dirs := []string{p.Dir}
		for _, dep := range p.Deps {
			if d := packages[dep]; d.local() {
				dirs = append(dirs, d.Dir)
			}
		}
		slices.Sort(dirs)
		functions[filepath.ToSlash(folder)] = dirs
	}
	return functions
}

// moduleHash covers what every function depends on.
func moduleHash(ctx context.Context, root string) (string, error) {
	version, err := goOutput(ctx, root, "env", "GOVERSION")
	if err != nil {
		return "", err
	}
	files, err := hashTrees(root, []string{"go.mod", "go.sum"})
	return hashStrings(string(version), files), err
}

// hashPackages hashes the files of Go packages: everything in their folders that is
// not a test, since any file may be embedded.
func hashPackages(root string, dirs []string) (string, error) {
	var sums []string
	for _, dir := range dirs {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return "", err
		}
		for _, entry := range entries {
			if entry.Type().IsRegular() && !strings.HasSuffix(entry.Name(), "_test.go") {
				sum, err := hashNamed(root, filepath.Join(dir, entry.Name()))
				if err != nil {
					return "", err
				}
				sums = append(sums, sum)
			}
		}
	}
	return hashStrings(sums...), nil
}

// hashTrees hashes files and folders, given relative to root, with their names. One
// that does not exist counts as absent.
func hashTrees(root string, names []string) (string, error) {
	var sums []string
	for _, name := range names {
		err := filepath.WalkDir(filepath.Join(root, name), func(path string, d fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			sum, err := hashNamed(root, path)
			sums = append(sums, sum)
			return err
		})
		if err != nil {
			return "", err
		}
	}
	return hashStrings(sums...), nil
}

// hashNamed hashes a file and its name, so that a renamed file is a changed one. A
// file that an editor removes just now counts as empty; its save is seen again.
func hashNamed(root, path string) (string, error) {
	name, err := filepath.Rel(root, path)
	if err != nil {
		return "", err
	}
	data, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	return hashStrings(filepath.ToSlash(name), string(data)), nil
}

// hashStrings hashes a list so that no two different lists are alike.
func hashStrings(parts ...string) string {
	h := sha256.New()
	for _, part := range parts {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// goOutput runs the go command in root. An error carries what it said.
func goOutput(ctx context.Context, root string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = root
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s: %w\n%s", args[0], err, bytes.TrimSpace(stderr.Bytes()))
	}
	return out, nil
}
