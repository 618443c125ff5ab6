// Package issuer is an issuer of tokens on this machine, for stage local: what Auth0 or Amazon
// Cognito are for a deployed stage. It has keys, publishes them, and signs tokens.
package issuer

import (
	"cmp"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"

	"users-api/pkg/auth"
	"users-api/scripts/internal/localaws"
	"users-api/scripts/internal/stagesecret"
)

// Path is where `make dev` serves the public keys.
const Path = "/_issuer/jwks.json"

// Issuer signs tokens.
type Issuer struct {
	// Name is the iss of the tokens, KeysURL the address of the public keys.
	Name, KeysURL string
	keys          jose.JSONWebKeySet
}

// Open returns the issuer with the keys in a state folder, which it makes if there are none. The
// public keys are served at an address, such as http://127.0.0.1:3000.
func Open(state, address string) (*Issuer, error) {
	i := &Issuer{Name: address + "/_issuer", KeysURL: address + Path}
	file := filepath.Join(state, "issuer.json")
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		data, _ = json.Marshal(newKeys()) // which are known to encode
		err = os.WriteFile(file, data, 0o600)
	}
	if err == nil {
		err = json.Unmarshal(data, &i.keys)
	}
	if err != nil {
		return nil, fmt.Errorf("keys of the local issuer: %w", err)
	}
	return i, nil
}

// newKeys returns a key for each algorithm, which is also its id.
func newKeys() (set jose.JSONWebKeySet) {
	rsaKey, _ := rsa.GenerateKey(rand.Reader, 2048) // crypto/rand returns no error
	ecKey, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	_, edKey, _ := ed25519.GenerateKey(rand.Reader)
	for algorithm, key := range map[string]crypto.Signer{"RS256": rsaKey, "ES256": ecKey, "EdDSA": edKey} {
		set.Keys = append(set.Keys, jose.JSONWebKey{Key: key, KeyID: algorithm, Algorithm: algorithm, Use: "sig"})
	}
	return set
}

// ServeHTTP serves the public keys.
func (i *Issuer) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	var published jose.JSONWebKeySet
	for _, key := range i.keys.Keys {
		published.Keys = append(published.Keys, key.Public())
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(published) // the client may have gone
}

// ErrOther reports that only another issuer can make tokens.
var ErrOther = errors.New("stage local accepts only the tokens of another issuer")

// Token returns a token that stage local accepts, in the local AWS that runs on a state folder. The
// stage's secret signs it or, with `make dev ISSUER=1`, the issuer, by default with RS256.
func Token(ctx context.Context, state, algorithm, subject string, scopes []string, ttl time.Duration) (string, error) {
	accepts, err := authorizer(ctx, state)
	if err != nil {
		return "", err
	}
	if accepts["JWKS_URL"] != "" {
		return issuerToken(state, accepts, cmp.Or(algorithm, "RS256"), subject, scopes, ttl)
	}
	if cmp.Or(algorithm, "HS256") != "HS256" {
		return "", fmt.Errorf("ALG=%s: the stage's secret signs with HS256 only; for other algorithms start `make dev ISSUER=1`", algorithm)
	}
	secret, err := stagesecret.OpenStage(ctx, state, localaws.Stage)
	if err != nil {
		return "", err
	}
	_, value, err := secret.Read(ctx, stagesecret.Current)
	if err != nil {
		return "", err
	}
	return value.Token(subject, scopes, time.Now(), ttl)
}

// authorizer returns the environment of the authorizer.
func authorizer(ctx context.Context, state string) (map[string]string, error) {
	local, err := localaws.Running(state)
	if err != nil {
		return nil, err
	}
	out, err := lambda.NewFromConfig(local.Config()).GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{
		FunctionName: aws.String(localaws.StackName + "-authorizer"),
	})
	if err != nil {
		return nil, fmt.Errorf("find which tokens the authorizer accepts: %w", err)
	}
	return out.Environment.Variables, nil
}

func issuerToken(state string, accepts map[string]string, algorithm, subject string, scopes []string, ttl time.Duration) (string, error) {
	address, err := localaws.API(state)
	if err != nil {
		return "", err
	}
	i, err := Open(state, address)
	if err != nil {
		return "", err
	}
	if accepts["JWKS_URL"] != i.KeysURL {
		return "", fmt.Errorf("%w, %s: get one from it, with the audience %q and the scopes %s, and pass it on, as in `make load TOKEN=...`;"+
			" or start `make dev ISSUER=1`", ErrOther, accepts["JWT_ISSUER"], accepts["JWT_AUDIENCE"], strings.Join(auth.Scopes(), " "))
	}
	keys := i.keys.Key(algorithm)
	if len(keys) == 0 {
		return "", fmt.Errorf("ALG=%s: the local issuer signs with RS256, ES256 and EdDSA", algorithm)
	}
	prefix, now := accepts["JWT_SCOPE_PREFIX"], time.Now()
	token := jwt.NewWithClaims(jwt.GetSigningMethod(algorithm), jwt.MapClaims{
		"iss": accepts["JWT_ISSUER"], "aud": accepts["JWT_AUDIENCE"], "client_id": accepts["JWT_CLIENT_ID"],
		"sub": subject, "scope": prefix + strings.Join(scopes, " "+prefix),
		"iat": now.Unix(), "exp": now.Add(ttl).Unix(),
	})
	token.Header["kid"] = algorithm
	return token.SignedString(keys[0].Key)
}
