package api

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"regexp"
	"strings"
)

// Config is what an edge is told about its deployment.
type Config struct {
	Service  string   // SERVICE: the name of the service, and the namespace of its metrics
	Stage    string   // STAGE: the stage that the function is deployed to
	Function string   // AWS_LAMBDA_FUNCTION_NAME, which Lambda sets
	Origins  []string // CORS_ORIGINS: origins that may read answers, comma-separated; "*" for any
	Priming  bool     // PRIME: "off" leaves out priming
}

// logger makes the logger whose lines say where they are from.
func (c Config) logger(w io.Writer) *logger {
	return newLogger(w, slog.String("service", c.Service), slog.String("stage", c.Stage), slog.String("function_name", c.Function))
}

// name is what CloudWatch takes as a namespace or the value of a dimension, and
// API Gateway as the name of a stage.
var name = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,128}$`)

func configFromEnv(lookup func(string) (string, bool)) (Config, error) {
	get := func(key string) string { v, _ := lookup(key); return strings.TrimSpace(v) }
	c := Config{
		Service: get("SERVICE"), Stage: get("STAGE"), Function: get("AWS_LAMBDA_FUNCTION_NAME"),
		Priming: get("PRIME") != "off",
	}
	var errs []error
	for key, value := range map[string]string{"SERVICE": c.Service, "STAGE": c.Stage} {
		if !name.MatchString(value) {
			errs = append(errs, fmt.Errorf("%s=%q: must be a name of letters, digits, '_', '.' and '-'", key, value))
		}
	}
	var err error
	if c.Origins, err = parseOrigins(get("CORS_ORIGINS")); err != nil {
		errs = append(errs, err)
	}
	if v := get("PRIME"); v != "" && v != "on" && v != "off" {
		errs = append(errs, fmt.Errorf("PRIME=%q: must be on or off", v))
	}
	return c, errors.Join(errs...)
}

func parseOrigins(list string) ([]string, error) {
	if list == "" || list == "*" {
		return []string{"*"}, nil
	}
	var origins []string
	for origin := range strings.SplitSeq(list, ",") {
		origin = strings.TrimSpace(origin)
		u, err := url.Parse(origin)
		if err != nil || u.Host == "" || u.Scheme+"://"+u.Host != origin {
			return nil, fmt.Errorf("CORS_ORIGINS=%q: must be * or a list of origins like https://example.com, without paths", list)
		}
		origins = append(origins, origin)
	}
	return origins, nil
}
