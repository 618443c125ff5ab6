package localaws

import (
	"encoding/json"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLimitPatchesNameEachMethodWithLimits(t *testing.T) {
	t.Parallel()
	var settings []methodSetting
	require.NoError(t, json.Unmarshal([]byte(`[
		{"HttpMethod": "*", "ResourcePath": "/*", "ThrottlingRateLimit": 9, "ThrottlingBurstLimit": 9},
		{"HttpMethod": "POST", "ResourcePath": "/~1users", "ThrottlingRateLimit": 1.5, "ThrottlingBurstLimit": 10},
		{"HttpMethod": "GET", "ResourcePath": "/~1users", "MetricsEnabled": true}
	]`), &settings))
	patches := map[string]string{}
	for _, p := range limitPatches(settings) {
		patches[aws.ToString(p.Path)] = aws.ToString(p.Value)
	}
	assert.Equal(t, map[string]string{
		"/~1users/POST/throttling/rateLimit":  "1.5",
		"/~1users/POST/throttling/burstLimit": "10",
	}, patches)
}
