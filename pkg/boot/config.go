package boot

import (
	"log/slog"
	"net/url"
	"strconv"
	"strings"

	"users-api/pkg/env"
	"users-api/pkg/logline"
)

// Config is what an edge knows about its deployment.
type Config struct {
	logline.Config
	Origins []string // that may read answers; "*" for any
	Priming bool     // prime the function while it starts
}

func configFromEnv(lookup env.Lookup) (Config, error) {
	const name = "a name of letters, digits, '_', '.' and '-'"
	r := env.New(lookup)
	c := Config{
		Config: logline.Config{
			Service:     r.Require("SERVICE", isName, name),
			Stage:       r.Require("STAGE", isName, name),
			Function:    r.Text("AWS_LAMBDA_FUNCTION_NAME", ""),
			Level:       level(r),
			DebugSample: debugSample(r),
		},
		Origins: origins(r),
		Priming: r.Require("PRIME", isSwitch, "on or off") != "off",
	}
	return c, r.Err()
}

// isName reports whether CloudWatch accepts the text as a namespace and as the value of a
// dimension, and API Gateway as the name of a stage.
func isName(s string) bool { return len(s) <= 128 && env.IsName(s, "_.-") }

func isSwitch(s string) bool { return s == "" || s == "on" || s == "off" }

// levels are those of LOG_LEVEL and of Lambda, which also has trace and fatal.
var levels = map[string]slog.Level{
	"": slog.LevelInfo, "trace": slog.LevelDebug, "debug": slog.LevelDebug, "info": slog.LevelInfo,
	"warn": slog.LevelWarn, "error": slog.LevelError, "fatal": slog.LevelError,
}

// level reads LOG_LEVEL, or the level of the function's logging configuration.
func level(r *env.Reader) slog.Level {
	name := "LOG_LEVEL"
	if r.Text(name, "") == "" {
		name = "AWS_LAMBDA_LOG_LEVEL"
	}
	known := func(s string) bool { _, ok := levels[strings.ToLower(s)]; return ok }
	return levels[strings.ToLower(r.Require(name, known, "debug, info, warn or error"))]
}

func debugSample(r *env.Reader) float64 {
	share := func(s string) bool {
		v, err := strconv.ParseFloat(s, 64)
		return s == "" || err == nil && v >= 0 && v <= 1
	}
	sample, _ := strconv.ParseFloat(r.Require("LOG_DEBUG_SAMPLE", share, "a share from 0 to 1, such as 0.01"), 64)
	return sample
}

func origins(r *env.Reader) []string {
	list := r.Text("CORS_ORIGINS", "*")
	if list == "*" {
		return []string{"*"}
	}
	var origins []string
	for origin := range strings.SplitSeq(list, ",") {
		origin = strings.TrimSpace(origin)
		if !isOrigin(origin) {
			r.Fault("CORS_ORIGINS=%q: must be * or a list of origins as browsers send them, such as https://example.com: "+
				"in lower case, without path and default port", list)
			return nil
		}
		origins = append(origins, origin)
	}
	return origins
}

// isOrigin reports whether a browser can send the text as an Origin: in lower case, with the name in
// ASCII, without user, path and default port (HTML standard, "ASCII serialization of an origin").
func isOrigin(s string) bool {
	u, err := url.Parse(s)
	if err != nil || !env.IsName(u.Hostname(), ".-") {
		return false
	}
	origin := u.Scheme + "://" + strings.ToLower(u.Hostname())
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	if err == nil && port != defaultPorts[u.Scheme] {
		origin += ":" + strconv.FormatUint(port, 10)
	}
	return defaultPorts[u.Scheme] != 0 && origin == s
}

var defaultPorts = map[string]uint64{"http": 80, "https": 443}
