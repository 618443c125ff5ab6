package main

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/crypto/x509roots/fallback/bundle"
)

// systemRoots is how many roots Amazon Linux 2023 has (golang/go issue 79018).
const systemRoots = 143

// rootLinks are Amazon Linux 2023's links to its one file of roots. Go reads it five
// times: the first link as the first file that it knows, and all four as entries of
// the two folders that it knows.
var rootLinks = []string{
	"ssl/certs/ca-certificates.crt", "ssl/certs/ca-bundle.crt",
	"pki/tls/certs/ca-certificates.crt", "pki/tls/certs/ca-bundle.crt",
}

// layOutRoots lays out the system's roots in dir, the bench's among them. It returns
// the variables that make Go read them there.
func layOutRoots(dir string, root []byte) ([]string, error) {
	file := filepath.Join(dir, "tls-ca-bundle.pem")
	if err := os.WriteFile(file, systemBundle(root), 0o644); err != nil {
		return nil, err
	}
	for _, link := range rootLinks {
		link = filepath.Join(dir, link)
		if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
			return nil, err
		}
		if err := os.Symlink(file, link); err != nil {
			return nil, err
		}
	}
	return []string{
		"SSL_CERT_FILE=" + filepath.Join(dir, rootLinks[0]),
		"SSL_CERT_DIR=" + filepath.Join(dir, "ssl/certs") + ":" + filepath.Join(dir, "pki/tls/certs"),
	}, nil
}

// systemBundle returns the bench's root and Mozilla's, which Amazon Linux has too. There
// are fewer now than there were; some are repeated, so that reading takes as long.
func systemBundle(root []byte) []byte {
	roots := [][]byte{pemOf(root)}
	for len(roots) < systemRoots {
		for r := range bundle.Roots() {
			roots = append(roots, pemOf(r.Certificate))
		}
	}
	return bytes.Join(roots[:systemRoots], nil)
}

// overlayRoots writes a file for go build -overlay that puts the bench's root in the
// place of the first one in each file of Amazon's roots that a checkout embeds.
func overlayRoots(checkout, dir string, root []byte) (overlay string, err error) {
	files, err := filepath.Glob(filepath.Join(checkout, "pkg/*/*.pem"))
	if err != nil || len(files) == 0 {
		return "", fmt.Errorf("%s/pkg embeds no file of Amazon's roots", checkout)
	}
	replace := map[string]string{}
	for i, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		_, rest := pem.Decode(text)
		replace[file] = filepath.Join(dir, fmt.Sprintf("roots-%d.pem", i))
		if err := os.WriteFile(replace[file], append(pemOf(root), rest...), 0o644); err != nil {
			return "", err
		}
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	overlay = filepath.Join(dir, "overlay.json")
	return overlay, os.WriteFile(overlay, text, 0o644)
}

func pemOf(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}
