package api

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"strconv"
	"strings"
)

// Config is what an edge is told about its deployment.
type Config struct {
	Service  string   // SERVICE: the name of the service, and the namespace of its metrics
	Stage    string   // STAGE: the stage that the function is deployed to
	Function string   // AWS_LAMBDA_FUNCTION_NAME, which Lambda sets
	Origins  []string // CORS_ORIGINS: origins that may read answers, comma-separated; "*" for any
	Priming  bool     // PRIME: "off" leaves out priming

	// Level is the least level of a line that is written whole: LOG_LEVEL, else
	// AWS_LAMBDA_LOG_LEVEL, which Lambda sets from a function's logging
	// configuration. A line below it keeps its metrics and little else. At debug,
	// lines tell more.
	Level slog.Level
	// DebugSample is the share of requests, from 0 to 1, whose lines tell as
	// much as at debug, whatever the level: LOG_DEBUG_SAMPLE.
	DebugSample float64
}

// logger makes the logger whose lines say where they are from.
func (c Config) logger(w io.Writer) *logger {
	return newLogger(w, slog.String("service", c.Service), slog.String("stage", c.Stage), slog.String("function_name", c.Function))
}

// isName tells what CloudWatch takes as a namespace or the value of a dimension,
// and API Gateway as the name of a stage.
func isName(s string) bool {
	return s != "" && len(s) <= 128 && !strings.ContainsFunc(s, func(r rune) bool { return !isLetterOrDigit(r) && !strings.ContainsRune("_.-", r) })
}

func isLetterOrDigit(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

func configFromEnv(lookup func(string) (string, bool)) (Config, error) {
	get := func(key string) string { v, _ := lookup(key); return strings.TrimSpace(v) }
	c := Config{
		Service: get("SERVICE"), Stage: get("STAGE"), Function: get("AWS_LAMBDA_FUNCTION_NAME"),
		Priming: get("PRIME") != "off",
	}
	var errs []error
	for key, value := range map[string]string{"SERVICE": c.Service, "STAGE": c.Stage} {
		if !isName(value) {
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
	if c.Level, err = parseLevel(get); err != nil {
		errs = append(errs, err)
	}
	if v := get("LOG_DEBUG_SAMPLE"); v != "" {
		if c.DebugSample, err = strconv.ParseFloat(v, 64); err != nil || !(c.DebugSample >= 0 && c.DebugSample <= 1) {
			errs = append(errs, fmt.Errorf("LOG_DEBUG_SAMPLE=%q: must be a share from 0 to 1, such as 0.01", v))
		}
	}
	return c, errors.Join(errs...)
}

// levels are LOG_LEVEL's, and Lambda's own, which have two more.
var levels = map[string]slog.Level{
	"": slog.LevelInfo, "trace": slog.LevelDebug, "debug": slog.LevelDebug, "info": slog.LevelInfo,
	"warn": slog.LevelWarn, "error": slog.LevelError, "fatal": slog.LevelError,
}

func parseLevel(get func(string) string) (slog.Level, error) {
	key := "LOG_LEVEL"
	if get(key) == "" {
		key = "AWS_LAMBDA_LOG_LEVEL"
	}
	level, ok := levels[strings.ToLower(get(key))]
	if !ok {
		return 0, fmt.Errorf("%s=%q: must be debug, info, warn or error", key, get(key))
	}
	return level, nil
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
