package amazon

import (
	"context"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"

	"users-api/pkg/env"
)

// Region returns the function's region, which Lambda sets.
func Region(r *env.Reader) string {
	return r.Require("AWS_REGION", env.NotEmpty, "an AWS region, as Lambda sets it")
}

// Credentials are fixed for the life of a function's process: Lambda starts a new process before
// they expire. A fault never quotes them.
func Credentials(r *env.Reader) aws.CredentialsProvider {
	c := aws.Credentials{
		AccessKeyID:     r.Text("AWS_ACCESS_KEY_ID", ""),
		SecretAccessKey: r.Text("AWS_SECRET_ACCESS_KEY", ""),
		SessionToken:    r.Text("AWS_SESSION_TOKEN", ""),
		Source:          "Lambda environment",
	}
	if c.AccessKeyID == "" || c.SecretAccessKey == "" {
		r.Fault("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: must be set, as Lambda does from the function's role")
	}
	return aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return c, nil })
}

// Endpoint returns the other endpoint that AWS_ENDPOINT_URL_<SERVICE> or AWS_ENDPOINT_URL names; nil
// if none does.
func Endpoint(r *env.Reader, service string) *string {
	for _, name := range []string{"AWS_ENDPOINT_URL_" + service, "AWS_ENDPOINT_URL"} {
		v := r.Text(name, "")
		if v == "" {
			continue
		}
		if u, err := url.Parse(v); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			r.Fault("%s=%q: must be a URL like http://127.0.0.1:8000", name, v)
		}
		return &v
	}
	return nil
}
