package credential

import (
	"errors"
	"slices"
	"strings"

	"users-api/pkg/apperr"
	"users-api/pkg/auth"
	"users-api/pkg/env"
)

// Decision is what a Lambda authorizer answers. API Gateway caches it by credential and applies it
// to every route of the stage.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
type Decision struct {
	PrincipalID        string       `json:"principalId"`
	PolicyDocument     Policy       `json:"policyDocument"`
	Context            auth.Context `json:"context"`
	UsageIdentifierKey string       `json:"usageIdentifierKey,omitempty"`
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

// Decide returns the policy for a principal over the stage of the method's ARN. It covers every
// route and not only the one of this request, because API Gateway caches it. An ARN that is not a
// REST API method's is an Internal error: no client sends it.
func Decide(p auth.Principal, methodARN string) (Decision, error) {
	return decide(auth.Routes(), p, methodARN)
}

func decide(routes []auth.Route, p auth.Principal, methodARN string) (Decision, error) {
	stage, err := stageARN(methodARN)
	if err != nil {
		return Decision{}, err
	}
	return Decision{
		PrincipalID:        p.ID(),
		PolicyDocument:     Policy{Version: "2012-10-17", Statement: statements(routes, p, stage)},
		Context:            p.Context(),
		UsageIdentifierKey: p.UsageKey,
	}, nil
}

// statements allows the routes that the scopes grant, and nothing else. A path parameter is "*" in
// a policy, and "*" matches slashes too, so that "GET/users/*" also covers every route below it:
// those whose scope is not granted are denied. Without scopes everything is denied, since API
// Gateway takes an empty policy for a failure.
func statements(routes []auth.Route, p auth.Principal, stage string) []Statement {
	var granted, other []string
	for _, r := range routes {
		if p.Has(r.Scope) {
			granted = append(granted, resourcesOf(r)...)
		} else {
			other = append(other, resourcesOf(r)...)
		}
	}
	if len(granted) == 0 {
		return []Statement{statement("Deny", stage, []string{"*/*"})}
	}
	allow := statement("Allow", stage, granted)
	if covered := coveredBy(granted, other); len(covered) > 0 {
		return []Statement{allow, statement("Deny", stage, covered)}
	}
	return []Statement{allow}
}

func statement(effect, stage string, resources []string) Statement {
	s := Statement{Effect: effect, Action: "execute-api:Invoke"}
	for _, r := range resources {
		s.Resource = append(s.Resource, stage+"/"+r)
	}
	return s
}

// coveredBy returns the other routes that a granted one covers. It leaves out a route that itself
// covers a granted one, because a Deny would take that away; there auth.Require refuses.
func coveredBy(granted, other []string) []string {
	var covered []string
	for _, o := range other {
		isCovered := slices.ContainsFunc(granted, func(g string) bool { return matches(g, o) })
		if isCovered && !slices.ContainsFunc(granted, func(g string) bool { return matches(o, g) }) {
			covered = append(covered, o)
		}
	}
	return covered
}

// resourcesOf returns the methods of a route as they are in a policy: each parameter as "*", and
// the path without and with a slash at its end. API Gateway takes /users/ for /users when it looks
// for the route, but applies the policy to the path that the client sent.
// https://github.com/aws-powertools/powertools-lambda-python/issues/1552
func resourcesOf(r auth.Route) (all []string) {
	parts := strings.Split(r.Path, "/")
	for i, p := range parts {
		if strings.HasPrefix(p, "{") {
			parts[i] = "*"
		}
	}
	path := strings.Join(parts, "/")
	for _, method := range r.Methods() {
		all = append(all, method+path)
		if !strings.HasSuffix(path, "*") { // which matches the slash
			all = append(all, method+path+"/")
		}
	}
	return all
}

// matches reports whether a pattern covers a resource, whose parameters count as ordinary
// characters. "*" stands for any characters, slashes among them.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
func matches(pattern, resource string) bool {
	before, after, wild := strings.Cut(pattern, "*")
	if !wild {
		return pattern == resource
	}
	rest, ok := strings.CutPrefix(resource, before)
	for i := 0; ok && i <= len(rest); i++ {
		if matches(after, rest[i:]) {
			return true
		}
	}
	return false
}

// stageARN returns the ARN of a stage, given that of one of its methods,
//
//	arn:{partition}:execute-api:{region}:{account}:{api}/{stage}/{METHOD}/{path}
//
// whose path is the caller's and does not matter. The stage's ARN must hold no wildcard, since it
// becomes the prefix of what is allowed.
func stageARN(methodARN string) (string, error) {
	fields := strings.SplitN(methodARN, ":", 6)
	resource := strings.SplitN(fields[len(fields)-1], "/", 4)
	if len(fields) != 6 || fields[0] != "arn" || fields[2] != "execute-api" || len(resource) < 3 {
		return "", errBadARN
	}
	for _, part := range slices.Concat(fields[1:5], resource[:2]) {
		if !isName(part) {
			return "", errBadARN
		}
	}
	return strings.Join(fields[:5], ":") + ":" + resource[0] + "/" + resource[1], nil
}

var errBadARN = apperr.Wrap(apperr.Internal, "Internal server error",
	errors.New("methodArn is not the ARN of a REST API's method: call the authorizer as API Gateway does"))

// isName reports whether the text may be a partition, region, account, API or stage.
func isName(s string) bool { return env.IsName(s, "-_") }
