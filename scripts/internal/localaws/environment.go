package localaws

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// region is the local AWS's region, accessKey and secretKey are the credentials of the
// account's root.
const region, accessKey, secretKey = "us-east-1", "test", "test"

// FunctionARN and a function's name in serverless.yml are the ARN of the function.
const FunctionARN = "arn:aws:lambda:" + region + ":000000000000:function:" + StackName + "-"

// passedOn are the variables of the caller that the server, and so every function,
// sees. All others stay out: a JWT_SECRET, AWS_PROFILE or LOG_LEVEL of the caller's
// shell would change what the functions do.
var passedOn = []string{"PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR"}

// processEnv is the environment of the server's process.
func processEnv(opts Options, port string) []string {
	env := []string{
		"GATEWAY_PORT=" + port,
		"BIND_HOST=127.0.0.1",
		"PERSIST_STATE=1",
		"STATE_DIR=" + filepath.Join(opts.State, "state"),
		"S3_PERSIST=1",
		"S3_DATA_DIR=" + filepath.Join(opts.State, "s3"),
		"TMPDIR=" + filepath.Join(opts.State, "tmp"),
		fmt.Sprintf("AUTH=%t", opts.Auth),
		"MINISTACK_REGION=" + region,
		// Without this, its functions would call Amazon.
		"AWS_ENDPOINT_URL=http://127.0.0.1:" + port,
		// Listeners of services that are not used here, on fixed ports.
		"IOT_MTLS_ENABLED=0",
		"SFTP_ENABLED=0",
	}
	for _, name := range passedOn {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// variables point the framework, the AWS CLI and the SDKs at the server at url and at nothing else:
// an endpoint, credentials, and no profile or metadata service that could stand in for them.
func variables(url string) []string {
	return []string{
		"AWS_ENDPOINT_URL=" + url,
		"AWS_ACCESS_KEY_ID=" + accessKey,
		"AWS_SECRET_ACCESS_KEY=" + secretKey,
		"AWS_REGION=" + region,
		"AWS_DEFAULT_REGION=" + region,
		"AWS_EC2_METADATA_DISABLED=true",
		"AWS_CONFIG_FILE=/dev/null",
		"AWS_SHARED_CREDENTIALS_FILE=/dev/null",
		"SLS_TELEMETRY_DISABLED=1",
		"SLS_NOTIFICATIONS_MODE=off",
		"AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED=true",
		// The framework looks every 5 s whether a deployment is done, which here takes a second.
		"SLS_AWS_MONITORING_FREQUENCY=250",
	}
}

// exports sets the variables in a shell.
func exports(url string) string {
	return "export " + strings.Join(variables(url), "\nexport ") + "\nunset AWS_PROFILE AWS_SESSION_TOKEN\n"
}

// Environ is the caller's environment with every AWS variable replaced by the server's.
func (a AWS) Environ() []string {
	env := slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "AWS_") })
	return append(env, variables(a.URL)...)
}

// Config configures SDK clients.
func (a AWS) Config() aws.Config {
	return aws.Config{
		Region:       region,
		BaseEndpoint: aws.String(a.URL),
		Credentials:  credentials.NewStaticCredentialsProvider(accessKey, secretKey, ""),
	}
}

// APIURL is the base URL of a REST API's stage, without a slash at the end.
func (a AWS) APIURL(api, stage string) string {
	return fmt.Sprintf("%s/_aws/execute-api/%s/%s", a.URL, api, stage)
}
