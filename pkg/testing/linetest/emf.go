package linetest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Metric is a value that CloudWatch extracts from a log line.
type Metric struct {
	Namespace, Name, Unit string
	Value                 float64
	// Dimensions has the names and values of each dimension set. Each set of values is a metric of
	// its own, and is billed as one.
	Dimensions []map[string]string
}

// CloudWatch's limits for one log event, by the specification of the Embedded Metric Format and the
// reference of PutMetricData.
const (
	maxEventBytes     = 256 << 10 // CloudWatch accepts more today
	maxMetrics        = 100       // of a directive
	maxDimensions     = 30        // of a set
	maxNameBytes      = 255
	maxDimensionBytes = 1024
)

var maxValue = math.Pow(2, 360)

// emfDocument is the member _aws, which makes a line metrics. The format forbids other members in
// it.
type emfDocument struct {
	Timestamp         *int64
	CloudWatchMetrics []struct {
		Namespace  string
		Dimensions [][]string
		Metrics    []struct {
			Name, Unit        string
			StorageResolution *int
		}
	}
}

// CheckEMF reads a log line as CloudWatch does and returns its metrics. The error names every rule
// of the Embedded Metric Format that the line breaks.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
func CheckEMF(line []byte) ([]Metric, error) {
	root, err := membersOf(line)
	if err != nil {
		return nil, fmt.Errorf("not a JSON object: %w", err)
	}
	var document emfDocument
	decoder := json.NewDecoder(bytes.NewReader(root["_aws"]))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&document); err != nil {
		return nil, fmt.Errorf("_aws: %w", err)
	}
	c := emfChecker{root: root}
	c.require(len(line) <= maxEventBytes, "the line has %d bytes", len(line))
	// A time in seconds would be in 1970.
	c.require(document.Timestamp != nil && *document.Timestamp > 1e12, "Timestamp is not in milliseconds since 1970")
	c.require(len(document.CloudWatchMetrics) > 0, "CloudWatchMetrics is empty")
	for _, d := range document.CloudWatchMetrics {
		c.require(isNamespace(d.Namespace), "invalid namespace %q", d.Namespace)
		c.require(len(d.Dimensions) > 0, "no dimension set")
		c.require(len(d.Metrics) > 0 && len(d.Metrics) <= maxMetrics, "%d metrics", len(d.Metrics))
		sets := c.dimensions(d.Dimensions)
		for _, m := range d.Metrics {
			c.require(isText(m.Name, maxNameBytes), "metric %q: invalid name", m.Name)
			c.require(slices.Contains(units, m.Unit), "metric %s: invalid unit %q", m.Name, m.Unit)
			c.require(m.StorageResolution == nil || *m.StorageResolution == 1 || *m.StorageResolution == 60, "metric %s: invalid StorageResolution", m.Name)
			c.metrics = append(c.metrics, Metric{d.Namespace, m.Name, m.Unit, c.value(m.Name), sets})
		}
	}
	return c.metrics, errors.Join(c.broken...)
}

// membersOf returns the members of an object. A duplicate member is an error, because readers need
// not agree on which one counts.
func membersOf(object []byte) (map[string]json.RawMessage, error) {
	if !json.Valid(object) { // the decoder does not read what follows the object
		return nil, errors.New("invalid JSON")
	}
	decoder := json.NewDecoder(bytes.NewReader(object))
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return nil, fmt.Errorf("%s is not an object", object)
	}
	all := map[string]json.RawMessage{}
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		name := key.(string) // in valid JSON it is a member's name
		if _, duplicate := all[name]; duplicate {
			return nil, fmt.Errorf("duplicate member %q", name)
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, err
		}
		all[name] = value
	}
	return all, nil
}

type emfChecker struct {
	root    map[string]json.RawMessage
	metrics []Metric
	broken  []error
}

func (c *emfChecker) require(ok bool, format string, args ...any) {
	if !ok {
		c.broken = append(c.broken, fmt.Errorf(format, args...))
	}
}

func (c *emfChecker) dimensions(sets [][]string) []map[string]string {
	var all []map[string]string
	for _, names := range sets {
		c.require(len(names) <= maxDimensions, "a set of %d dimensions", len(names))
		set := map[string]string{}
		for _, name := range names {
			var value string
			err := json.Unmarshal(c.root[name], &value)
			c.require(isText(name, maxNameBytes), "dimension %q: invalid name", name)
			c.require(err == nil && isText(value, maxDimensionBytes), "dimension %s must be a string at the root: %s", name, c.root[name])
			set[name] = value
		}
		c.require(len(set) == len(names), "duplicate dimension in %v", names)
		all = append(all, set)
	}
	return all
}

func (c *emfChecker) value(name string) float64 {
	var value *float64
	err := json.Unmarshal(c.root[name], &value)
	if err != nil || value == nil || math.Abs(*value) > maxValue {
		c.require(false, "metric %s must be a number at the root: %s", name, c.root[name])
		return 0
	}
	return *value
}

// isText reports whether a string may be a name or a dimension's value: visible ASCII and spaces,
// but not only spaces.
func isText(s string, maxBytes int) bool {
	invalid := func(r rune) bool { return r < ' ' || r > '~' }
	return strings.TrimSpace(s) != "" && len(s) <= maxBytes && s[0] != ':' && !strings.ContainsFunc(s, invalid)
}

func isNamespace(s string) bool {
	invalid := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(".-_/#:", r)
	}
	return isText(s, maxNameBytes) && !strings.ContainsFunc(s, invalid) && !strings.HasPrefix(s, "AWS/")
}

// units are CloudWatch's (API reference, MetricDatum).
var units = strings.Fields(`Seconds Microseconds Milliseconds
	Bytes Kilobytes Megabytes Gigabytes Terabytes Bits Kilobits Megabits Gigabits Terabits Percent Count
	Bytes/Second Kilobytes/Second Megabytes/Second Gigabytes/Second Terabytes/Second
	Bits/Second Kilobits/Second Megabits/Second Gigabits/Second Terabits/Second Count/Second None`)
