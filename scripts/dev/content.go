package main

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// bodyLimit is how many bytes of a body the console keeps.
const bodyLimit = 64 << 10

// content is what a request or an answer consists of. It has the credentials that were sent, and
// so it stays in memory.
type content struct {
	Header http.Header `json:"header"`
	Body   string      `json:"body"` // at most bodyLimit bytes of it
	Size   int         `json:"size"` // of the whole body
}

// record reads a body and puts a reader of the same bytes in its place.
func record(header http.Header, body *io.ReadCloser) (content, error) {
	c := content{Header: header.Clone()}
	if *body == nil {
		return c, nil
	}
	data, err := io.ReadAll(*body)
	_ = (*body).Close()
	*body = io.NopCloser(bytes.NewReader(data))
	c.Body, c.Size = string(data[:min(len(data), bodyLimit)]), len(data)
	return c, err
}

// withoutCredentials is the content with its credentials hidden.
func (c content) withoutCredentials() content {
	c.Header = c.Header.Clone()
	for _, name := range []string{"Authorization", "X-Api-Key", "Cookie"} {
		if c.Header[name] != nil {
			c.Header.Set(name, "(hidden)")
		}
	}
	return c
}

// automatic matches the headers that curl itself sends, or only browsers.
var automatic = regexp.MustCompile(`^(Accept-Encoding|Accept-Language|Connection|Content-Length|Priority|Referer|Sec-.*|User-Agent)$`)

// curl is the command that sends a request to a URL.
func (c content) curl(method, url string) string {
	command := "curl -i -X " + method + " " + quoted(url)
	for _, name := range slices.Sorted(maps.Keys(c.Header)) {
		for _, value := range c.Header[name] {
			switch {
			case automatic.MatchString(name):
			case value == "":
				command += " -H " + quoted(name+";") // by which curl sends an empty value
			default:
				command += " -H " + quoted(name+": "+value)
			}
		}
	}
	if c.Size > 0 {
		command += " --data-raw " + quoted(c.Body)
	}
	return command
}

// quoted is one word of a shell.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
