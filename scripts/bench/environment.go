package main

import (
	"maps"
	"slices"
	"strconv"
)

const (
	benchTable  = "users-api-bench"
	benchRegion = "us-east-1"
	// benchSecret signs the tokens of the run; it opens nothing.
	benchSecret = "a secret for the benchmark's own tokens, no other"
)

// deployedEnvironment holds the variables whose values only a deployment knows.
func deployedEnvironment() map[string]string {
	return map[string]string{
		"TABLE_NAME":    benchTable,
		"SERVICE":       "users-api",
		"STAGE":         "bench",
		"CORS_ORIGINS":  "*",
		"JWT_SECRET":    benchSecret,
		"API_KEYS":      "",
		"API_KEYS_ONLY": "false",
	}
}

// lambdaEnvironment holds the variables that Lambda sets for every function
// (AWS Lambda developer guide, "Defined runtime environment variables"), with
// the table at endpoint.
func lambdaEnvironment(name string, mb int, endpoint string) map[string]string {
	return map[string]string{
		"_HANDLER":                        "bootstrap",
		"AWS_ACCESS_KEY_ID":               "test",
		"AWS_DEFAULT_REGION":              benchRegion,
		"AWS_ENDPOINT_URL_DYNAMODB":       endpoint,
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": strconv.Itoa(mb),
		"AWS_LAMBDA_FUNCTION_NAME":        "users-api-bench-" + name,
		"AWS_LAMBDA_FUNCTION_VERSION":     "$LATEST",
		"AWS_LAMBDA_INITIALIZATION_TYPE":  "on-demand",
		"AWS_LAMBDA_LOG_GROUP_NAME":       "/aws/lambda/users-api-bench-" + name,
		"AWS_LAMBDA_LOG_STREAM_NAME":      "2026/01/01/[$LATEST]0123456789abcdef0123456789abcdef",
		"AWS_REGION":                      benchRegion,
		"AWS_SECRET_ACCESS_KEY":           "bench",
		"AWS_SESSION_TOKEN":               "bench",
		"LAMBDA_RUNTIME_DIR":              "/var/runtime",
		"LAMBDA_TASK_ROOT":                "/var/task",
		"LANG":                            "en_US.UTF-8",
		"LD_LIBRARY_PATH":                 "/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib",
		"PATH":                            "/usr/local/bin:/usr/bin/:/bin:/opt/bin",
		"TZ":                              ":UTC",
	}
}

// environ puts variables into the form of a process, later ones over earlier.
func environ(layers ...map[string]string) []string {
	all := map[string]string{}
	for _, layer := range layers {
		maps.Copy(all, layer)
	}
	var out []string
	for _, key := range slices.Sorted(maps.Keys(all)) {
		out = append(out, key+"="+all[key])
	}
	return out
}
