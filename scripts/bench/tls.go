package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"time"
)

// tableHost is the name of the TLS server before the table.
const tableHost = "localhost"

// startTLS serves an endpoint over TLS as DynamoDB and Secrets Manager do: with HTTP/1.1 and a chain
// of three certificates. It answers calls of Secrets Manager itself. It returns the server's URL and
// the root that it chains to.
func startTLS(endpoint string) (server *httptest.Server, root []byte, err error) {
	target, err := url.Parse(endpoint)
	if err != nil {
		return nil, nil, err
	}
	cert, root, err := newChain()
	if err != nil {
		return nil, nil, err
	}
	table := httputil.NewSingleHostReverseProxy(target)
	server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Amz-Target") != "secretsmanager.GetSecretValue" {
			table.ServeHTTP(w, r)
			return
		}
		value := fmt.Sprintf(`{"jwtSecret":%q,"apiKeys":""}`, secret)
		_, _ = fmt.Fprintf(w, `{"SecretString":%q}`, value)
	}))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	server.StartTLS()
	server.URL = strings.Replace(server.URL, "127.0.0.1", tableHost, 1)
	return server, root, nil
}

// newChain makes a root, an intermediate and a server certificate with RSA keys of 2,048 bits, as
// in DynamoDB's chain. It returns what the server presents, and the root.
func newChain() (server tls.Certificate, root []byte, err error) {
	var issuer *x509.Certificate
	var issuerKey *rsa.PrivateKey
	for _, name := range []string{"Bench Root CA", "Bench RSA 2048 M01", tableHost} {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			return server, nil, err
		}
		cert := template(name)
		if issuer == nil {
			issuer, issuerKey = cert, key
		}
		der, err := x509.CreateCertificate(rand.Reader, cert, issuer, &key.PublicKey, issuerKey)
		if err != nil {
			return server, nil, err
		}
		if root == nil {
			root = der
		} else {
			server.Certificate = append([][]byte{der}, server.Certificate...)
		}
		issuer, issuerKey, server.PrivateKey = cert, key, key
	}
	return server, root, nil
}

// template returns the content of a certificate: all but the server's are authorities.
func template(name string) *x509.Certificate {
	cert := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(48 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	if name == tableHost {
		cert.IsCA, cert.KeyUsage, cert.DNSNames = false, x509.KeyUsageDigitalSignature, []string{name}
	}
	return cert
}
