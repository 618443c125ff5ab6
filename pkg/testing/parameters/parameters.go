// Package parameters has good and bad values of the parameters of a deployment. The plugin, the
// patterns of template.yaml and the functions' own readers are tested with them, and so agree on
// what can be deployed.
package parameters

import (
	_ "embed"
	"encoding/json"
)

//go:embed parameters.json
var table []byte

// Row is a value of a parameter of serverless.yml.
type Row struct {
	Name  string // of the parameter
	Value string
	With  string // "jwksUrl" if the issuer's keys verify tokens; "" for the secret
	Good  bool   // whether it can be deployed
}

// Rows returns the values of a parameter.
func Rows(name string) []Row {
	var all, rows []Row
	if err := json.Unmarshal(table, &all); err != nil {
		panic(err)
	}
	for _, row := range all {
		if row.Name == name {
			rows = append(rows, row)
		}
	}
	return rows
}
