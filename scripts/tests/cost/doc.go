// Package cost tests what the operations of the store cost in DynamoDB: calls and
// request units, which Amazon bills, and that a page of a list costs the same however
// many users there are. It computes the tables in docs/cost.md from what is measured
// (figures.json) and from Amazon's prices (prices.json).
//
// Read units are what DynamoDB Local reports. Write units are counted from the calls by
// Amazon's published rules, because DynamoDB Local reports only one item of a
// transaction, and its index twice.
package cost
