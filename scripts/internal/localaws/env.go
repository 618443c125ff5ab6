package localaws

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// accessKey and secretKey are what the emulator takes for the account's root.
const accessKey, secretKey = "test", "test"

// passedOn are the variables of the caller that the emulator's process, and so every
// function, sees. All others stay out: a JWT_SECRET, AWS_PROFILE or LOG_LEVEL of
// the caller's shell would change what the functions do.
var passedOn = []string{"PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR"}

// processEnv is the environment of the emulator's own process. Folders that it
// writes to are made.
func processEnv(opts Options, port string) ([]string, error) {
	dirs := map[string]string{"STATE_DIR": "state", "S3_DATA_DIR": "s3", "TMPDIR": "tmp"}
	env := []string{
		"GATEWAY_PORT=" + port,
		"BIND_HOST=127.0.0.1",
		"PERSIST_STATE=1",
		"S3_PERSIST=1",
		fmt.Sprintf("AUTH=%t", opts.Auth),
		"MINISTACK_REGION=" + Region,
		// Without this its functions would call the real AWS.
		"AWS_ENDPOINT_URL=http://127.0.0.1:" + port,
		// Listeners of services that are not used here, on fixed ports.
		"IOT_MTLS_ENABLED=0",
		"SFTP_ENABLED=0",
	}
	for name, sub := range dirs {
		dir := filepath.Join(opts.State, sub)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, err
		}
		env = append(env, name+"="+dir)
	}
	for _, name := range passedOn {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env, nil
}

// Variables are what points the framework, the AWS CLI and the SDKs at this emulator
// and at nothing else: an endpoint, credentials, and no profile or metadata service
// that could stand in for them.
func (e *Server) Variables() []string {
	return []string{
		"AWS_ENDPOINT_URL=" + e.URL,
		"AWS_ACCESS_KEY_ID=" + accessKey,
		"AWS_SECRET_ACCESS_KEY=" + secretKey,
		"AWS_REGION=" + Region,
		"AWS_DEFAULT_REGION=" + Region,
		"AWS_EC2_METADATA_DISABLED=true",
		"AWS_CONFIG_FILE=/dev/null",
		"AWS_SHARED_CREDENTIALS_FILE=/dev/null",
		"SLS_TELEMETRY_DISABLED=1",
		"SLS_NOTIFICATIONS_MODE=off",
		"AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED=true",
		// The framework looks every 5 s whether a deployment is done, which here
		// takes a second.
		"SLS_AWS_MONITORING_FREQUENCY=250",
	}
}

// Environ is the caller's environment with every AWS variable replaced by Variables.
func (e *Server) Environ() []string {
	var env []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "AWS_") {
			env = append(env, v)
		}
	}
	return append(env, e.Variables()...)
}

// Exports is Variables as shell commands, for another shell of the developer.
func (e *Server) Exports() string {
	var b strings.Builder
	for _, v := range e.Variables() {
		fmt.Fprintf(&b, "export %s\n", v)
	}
	b.WriteString("unset AWS_PROFILE AWS_SESSION_TOKEN\n")
	return b.String()
}

// Config is Variables for this module's own SDK clients.
func (e *Server) Config() aws.Config { return ConfigFor(e.URL) }

// ConfigFor is Config for an emulator that another process runs at url.
func ConfigFor(url string) aws.Config {
	return aws.Config{
		Region:       Region,
		BaseEndpoint: aws.String(url),
		Credentials:  credentials.NewStaticCredentialsProvider(accessKey, secretKey, ""),
	}
}
