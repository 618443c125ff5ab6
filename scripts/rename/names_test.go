package main

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestNames(t *testing.T) {
	t.Parallel()
	for want, n := range map[string]names{
		"<nil>":                              {"github.com/Acme-2/orders.api/v2", "orders-2"},
		"double slash":                       {"a//b", "orders"},
		"MODULE=a.example/b/v1: a version":   {"a.example/b/v1", "orders"},
		"SERVICE=2orders: must be a small":   {"orders", "2orders"},
		"SERVICE=Orders: must be":            {"orders", "Orders"},
		"SERVICE=orders_api: must be":        {"orders", "orders_api"},
		"SERVICE=no: must be":                {"orders", "no"},
		"have 2 to 32 characters: a role is": {"orders", "a23456789-123456789-123456789-123"},
	} {
		assert.Contains(t, fmt.Sprint(n.check(map[string]any{"createUser": nil, "getUser": nil})), want, n)
	}
}

func TestRename(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ file, text, want string }{
		{"x.go", "package x\n\nimport (\n\t\"a.example/abc/v2/pkg/a\"\n\t\"aa\"\n)\n", "package x\n\nimport (\n\t\"aa\"\n\t\"b.example/abc-prod/pkg/a\"\n)\n"},
		{"scripts/go.mod", "module a.example/abc/v2/scripts\n\ta.example/abc/v2 v2.0.0-00010101000000-000000000000\nreplace a.example/abc/v2 => ../\n",
			"module b.example/abc-prod/scripts\n\tb.example/abc-prod v0.0.0-00010101000000-000000000000\nreplace b.example/abc-prod => ../\n"},
		{"serverless.yml", "service: abc\npath: /abc # of abc", "service: xyz\npath: /abc # of abc"},
		{"x.md", "`abc-prod`, /aws/lambda/abc-local-get, abc/<stage>", "`xyz-prod`, /aws/lambda/xyz-local-get, xyz/<stage>"},
		{"x.md", "c.example/abc/v3/pkg, new-abc-prod, abc-devel", "c.example/abc/v3/pkg, new-abc-prod, abc-devel"},
		{"go.mod", "module a.example/abc/v2\n\tb.example/abc-prod v0.1.0\n", "MODULE=b.example/abc-prod is a library"},
		{"x.md", "xyz-prod", "SERVICE=xyz: xyz-prod is there already"},
	} {
		got, err := rename(tt.file, []byte(tt.text), names{"a.example/abc/v2", "abc"}, names{"b.example/abc-prod", "xyz"})
		assert.Contains(t, string(got)+fmt.Sprint(err), tt.want)
	}
}
