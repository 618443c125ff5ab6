package auth

import (
	"errors"
	"strings"

	"users-api/pkg/apperr"
)

// Decision is what a Lambda authorizer answers. API Gateway remembers it for
// the credential and applies it to every route of the stage.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
type Decision struct {
	PrincipalID        string         `json:"principalId"`
	PolicyDocument     Policy         `json:"policyDocument"`
	Context            map[string]any `json:"context"`
	UsageIdentifierKey string         `json:"usageIdentifierKey,omitempty"`
}

// Policy is an IAM policy.
type Policy struct {
	Version   string
	Statement []Statement
}

// Statement is one statement of a policy.
type Statement struct {
	Effect   string
	Action   string
	Resource []string
}

// Decide gives the policy for a principal over the stage that the method's ARN
// lies in: one statement that allows each route that the scopes grant. It has
// to cover every route and not only the one that is asked for now, because API
// Gateway reuses it. A principal that may do nothing gets a policy that denies
// everything: an empty one is answered with 500.
//
// An ARN that is not a REST API method's is an Internal error: no client sent it.
func Decide(p Principal, methodARN string) (Decision, error) {
	stage, err := stageARN(methodARN)
	if err != nil {
		return Decision{}, err
	}
	return Decision{
		PrincipalID:        p.ID(),
		PolicyDocument:     Policy{Version: "2012-10-17", Statement: []Statement{statement(p, stage)}},
		Context:            p.Context(),
		UsageIdentifierKey: p.UsageKey,
	}, nil
}

func statement(p Principal, stage string) Statement {
	s := Statement{Effect: "Allow", Action: "execute-api:Invoke"}
	for _, r := range Routes() {
		if p.Has(r.Scope) {
			s.Resource = append(s.Resource, stage+"/"+r.resource())
		}
	}
	if len(s.Resource) == 0 {
		s.Effect, s.Resource = "Deny", []string{stage + "/*/*"}
	}
	return s
}

// stageARN takes the ARN of a stage from that of one of its methods,
//
//	arn:{partition}:execute-api:{region}:{account}:{api}/{stage}/{METHOD}/{path}
//
// whose path is the caller's and does not matter. What is kept may hold no
// wildcard: it becomes the front of what is allowed.
func stageARN(methodARN string) (string, error) {
	fields := strings.SplitN(methodARN, ":", 6)
	if len(fields) != 6 || fields[0] != "arn" || fields[2] != "execute-api" {
		return "", badARN()
	}
	resource := strings.SplitN(fields[5], "/", 4)
	if len(resource) < 3 {
		return "", badARN()
	}
	for _, part := range []string{fields[1], fields[3], fields[4], resource[0], resource[1]} {
		if !isName(part) {
			return "", badARN()
		}
	}
	return strings.Join(fields[:5], ":") + ":" + resource[0] + "/" + resource[1], nil
}

func badARN() error {
	return apperr.Wrap(apperr.Internal, "Internal server error",
		errors.New("methodArn is not the ARN of a REST API's method: call the authorizer as API Gateway does"))
}

// isName tells whether the text is made of letters, digits, "-" and "_", as
// partitions, regions, accounts, APIs and stages are.
func isName(s string) bool {
	for _, c := range []byte(s) {
		if !isAlphanumeric(c) && c != '-' && c != '_' {
			return false
		}
	}
	return s != ""
}

func isAlphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
