package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheTableIsTheDeploymentsOwn(t *testing.T) {
	t.Parallel()
	root, err := findRoot()
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(root, tableTemplateFile))
	require.NoError(t, err)
	in, err := readTable(text)
	require.NoError(t, err)
	assert.Equal(t, benchTable, *in.TableName)
	require.Len(t, in.KeySchema, 1)
	assert.Equal(t, "id", *in.KeySchema[0].AttributeName)
	require.NotEmpty(t, in.GlobalSecondaryIndexes)
	assert.Equal(t, types.ProjectionTypeAll, in.GlobalSecondaryIndexes[0].Projection.ProjectionType)
	assert.Len(t, in.AttributeDefinitions, 2)
}

func TestATemplateWithoutATable(t *testing.T) {
	t.Parallel()
	_, err := readTable([]byte("Resources: {}"))
	assert.ErrorContains(t, err, "AWS::DynamoDB::Table")
	_, err = readTable([]byte("Resources: ["))
	assert.Error(t, err)
}
