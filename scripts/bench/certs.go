package main

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/crypto/x509roots/fallback/bundle"
)

// stoodFor is the root whose place the bench's own root takes.
const stoodFor = "Amazon Root CA 1"

// keyBits is the size of the keys of DynamoDB's chain: RSA 2048 throughout.
const keyBits = 2048

// chain is what the TLS proxy shows: a server certificate and an intermediate
// one, which chain to a root.
type chain struct {
	server tls.Certificate // with the intermediate behind it
	root   []byte          // DER
}

// authority is a certificate with its key, to sign others.
type authority struct {
	cert *x509.Certificate
	key  *rsa.PrivateKey
}

// newChain makes the three certificates, new in each run.
func newChain(host string) (chain, error) {
	root, err := issue(&x509.Certificate{Subject: pkix.Name{CommonName: "Bench Root CA"}, IsCA: true}, nil)
	if err != nil {
		return chain{}, err
	}
	middle, err := issue(&x509.Certificate{Subject: pkix.Name{CommonName: "Bench RSA 2048 M01"}, IsCA: true}, root)
	if err != nil {
		return chain{}, err
	}
	leaf, err := issue(&x509.Certificate{
		Subject: pkix.Name{CommonName: host}, DNSNames: []string{host},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, middle)
	if err != nil {
		return chain{}, err
	}
	return chain{
		server: tls.Certificate{Certificate: [][]byte{leaf.cert.Raw, middle.cert.Raw}, PrivateKey: leaf.key},
		root:   root.cert.Raw,
	}, nil
}

// issue signs a certificate by an authority, or by itself without one.
func issue(template *x509.Certificate, by *authority) (*authority, error) {
	key, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 64))
	if err != nil {
		return nil, err
	}
	template.SerialNumber = serial
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(48*time.Hour)
	template.BasicConstraintsValid, template.KeyUsage = true, x509.KeyUsageDigitalSignature
	if template.IsCA {
		template.KeyUsage |= x509.KeyUsageCertSign
	}
	if by == nil {
		by = &authority{template, key}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, by.cert, &key.PublicKey, by.key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	return &authority{cert, key}, err
}

func pemOf(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// systemRoots is how many roots Amazon Linux 2023 has (golang/go issue 79018).
const systemRoots = 143

// systemBundle is a system's file of roots: Mozilla's, as Amazon Linux 2023 has
// them too, with root in the place of the one that it stands for. Mozilla has
// dropped some since; others are repeated for them, as what a root costs is that
// it is read.
func systemBundle(root []byte) ([]byte, error) {
	var all [][]byte
	for r := range bundle.Roots() {
		all = append(all, pemOf(r.Certificate))
	}
	for i := 0; len(all) < systemRoots; i++ {
		all = append(all, all[i])
	}
	return standIn(bytes.Join(all[:systemRoots], nil), root)
}

var errNoStandIn = errors.New("no certificate of " + stoodFor + " among them")

// standIn puts root in the place of Amazon Root CA 1 in a file of certificates.
func standIn(file, root []byte) ([]byte, error) {
	var out bytes.Buffer
	found := false
	for block, rest := pem.Decode(file); block != nil; block, rest = pem.Decode(rest) {
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		der := block.Bytes
		if cert.Subject.CommonName == stoodFor {
			der, found = root, true
		}
		out.Write(pemOf(der))
	}
	if !found {
		return nil, errNoStandIn
	}
	return out.Bytes(), nil
}

// bundlePath is where Amazon Linux 2023 keeps the one file of roots.
const bundlePath = "etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"

// bundleLinks are the links to it that Go reads besides: one as the first of its
// known files, and all four as entries of its known folders. Five times in all
// (golang/go issue 79018).
var bundleLinks = []string{
	"etc/ssl/certs/ca-certificates.crt",
	"etc/ssl/certs/ca-bundle.crt",
	"etc/pki/tls/certs/ca-certificates.crt",
	"etc/pki/tls/certs/ca-bundle.crt",
}

// layOutRoots writes the system's roots below dir as on Amazon Linux 2023.
func layOutRoots(dir string, pemBundle []byte) error {
	if err := writeFile(filepath.Join(dir, bundlePath), pemBundle); err != nil {
		return err
	}
	for _, link := range bundleLinks {
		if err := linkTo(filepath.Join(dir, bundlePath), filepath.Join(dir, link)); err != nil {
			return err
		}
	}
	return nil
}

// linkTo makes a relative link, which holds inside a root folder and outside of
// it. Its target has a slash, so that Go does not skip it as it does links
// within one folder.
func linkTo(target, path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	relative, err := filepath.Rel(filepath.Dir(path), target)
	if err != nil {
		return err
	}
	return os.Symlink(relative, path)
}

func writeFile(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o644)
}
