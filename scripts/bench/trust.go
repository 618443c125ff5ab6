package main

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/crypto/x509roots/fallback/bundle"
)

// serverName is the name of the TLS server.
const serverName = "localhost"

// startTLS serves an endpoint over TLS as DynamoDB and Secrets Manager do, with HTTP/1.1. It answers
// calls of Secrets Manager itself.
func startTLS(endpoint string, cert tls.Certificate) (*httptest.Server, error) {
	target, err := url.Parse(endpoint)
	if err != nil {
		return nil, err
	}
	table := httputil.NewSingleHostReverseProxy(target)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Amz-Target") != "secretsmanager.GetSecretValue" {
			table.ServeHTTP(w, r)
			return
		}
		value := fmt.Sprintf(`{"jwtSecret":%q,"apiKeys":""}`, secret)
		_, _ = fmt.Fprintf(w, `{"SecretString":%q}`, value)
	}))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	server.StartTLS()
	server.URL = strings.Replace(server.URL, "127.0.0.1", serverName, 1)
	return server, nil
}

// newChain makes a root, an intermediate and a server certificate with an RSA key of 2,048 bits, as
// DynamoDB's chain has them. It returns what the server presents, and the root.
func newChain() (server tls.Certificate, root []byte, err error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return server, nil, err
	}
	var issuer *x509.Certificate
	var chain [][]byte
	for i, name := range []string{"Bench Root CA", "Bench RSA 2048 M01", serverName} {
		cert := &x509.Certificate{
			SerialNumber: big.NewInt(int64(i + 1)), Subject: pkix.Name{CommonName: name}, DNSNames: []string{serverName},
			NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(48 * time.Hour),
			IsCA: name != serverName, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		}
		der, err := x509.CreateCertificate(rand.Reader, cert, cmp.Or(issuer, cert), key.Public(), key)
		if err != nil {
			return server, nil, err
		}
		issuer, chain = cert, append([][]byte{der}, chain...)
	}
	return tls.Certificate{Certificate: chain[:2], PrivateKey: key}, pemOf(chain[2]), nil
}

func pemOf(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// systemRoots is how many roots Amazon Linux 2023 has (golang/go issue 79018). Go reads
// their file five times there: as the first file that it knows, and by two links in each of
// the two folders that it knows.
const systemRoots = 143

// layOutRoots writes the system's roots to dir, the bench's and Mozilla's, which Amazon Linux has
// too; some are repeated, because there are fewer now than there were. It returns the
// variables that make Go read them as often as on Amazon Linux.
func layOutRoots(dir string, root []byte) ([]string, error) {
	roots := [][]byte{root}
	for len(roots) < systemRoots {
		for r := range bundle.Roots() {
			roots = append(roots, pemOf(r.Certificate))
		}
	}
	dir = filepath.Join(dir, "certs")
	file, link := filepath.Join(dir, "ca-bundle.crt"), filepath.Join(dir, "ca-certificates.crt")
	err := errors.Join(os.Mkdir(dir, 0o755), os.WriteFile(file, bytes.Join(roots[:systemRoots], nil), 0o644), os.Symlink(file, link))
	return []string{"SSL_CERT_FILE=" + link, "SSL_CERT_DIR=" + dir + ":" + dir}, err
}

// overlayRoots writes a file for go build -overlay to dir, a new folder. It puts the bench's root in
// the place of the first of Amazon's roots in the file that a checkout embeds.
func overlayRoots(checkout, dir string, root []byte) (overlay string, err error) {
	embedded := filepath.Join(checkout, "pkg/amazon/amazon-roots.pem")
	text, err := os.ReadFile(embedded)
	_, rest := pem.Decode(text)
	overlay, replaced := filepath.Join(dir, "overlay.json"), filepath.Join(dir, "roots.pem")
	return overlay, errors.Join(err, os.Mkdir(dir, 0o755),
		os.WriteFile(replaced, append(root, rest...), 0o644),
		os.WriteFile(overlay, fmt.Appendf(nil, `{"Replace": {%q: %q}}`, embedded, replaced), 0o644))
}
