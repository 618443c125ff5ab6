package issuer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/golang-jwt/jwt/v5"

	"users-api/pkg/auth"
	"users-api/scripts/internal/localaws"
	"users-api/scripts/internal/stagesecret"
)

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
	value, err := stagesecret.ReadLocal(ctx, state, stagesecret.Current)
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
	prefix, now := accepts["JWT_SCOPE_PREFIX"], time.Now()
	return i.sign(algorithm, jwt.MapClaims{
		"iss": accepts["JWT_ISSUER"], "aud": accepts["JWT_AUDIENCE"], "client_id": accepts["JWT_CLIENT_ID"],
		"sub": subject, "scope": prefix + strings.Join(scopes, " "+prefix),
		"iat": now.Unix(), "exp": now.Add(ttl).Unix(),
	})
}
