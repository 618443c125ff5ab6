package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/stretchr/testify/assert"
)

func event(stream string, at int64, message string) types.FilteredLogEvent {
	return types.FilteredLogEvent{LogStreamName: aws.String(stream), Timestamp: aws.Int64(at), Message: aws.String(message)}
}

func texts(lines []logLine) []string {
	var all []string
	for _, l := range lines {
		all = append(all, l.Text)
	}
	return all
}

func TestEachLineIsReadOnce(t *testing.T) {
	t.Parallel()
	r := newLogReader(aws.Config{})
	first := []types.FilteredLogEvent{
		event("a", 1000, "START RequestId: 1 Version: $LATEST"), event("a", 1000, "one"), event("a", 1000, "one"),
		event("a", 1000, "END RequestId: 1"), event("a", 1000, "REPORT RequestId: 1\tDuration: 3 ms"),
	}
	assert.Equal(t, []string{"one", "one"}, texts(r.unseen("f", first)), "a line may stand twice")
	assert.Empty(t, r.unseen("f", first), "the same poll again")

	late := append(first, event("b", 900, "late"), event("c", 1500, "next\n"))
	assert.Equal(t, []string{"late", "next"}, texts(r.unseen("f", late)), "concurrent invocations write out of order")
	assert.Equal(t, []string{"one"}, texts(r.unseen("g", []types.FilteredLogEvent{event("a", 1000, "one")})), "another function")

	far := event("d", 1500+overlap.Milliseconds()*2, "far")
	assert.Equal(t, []string{"far"}, texts(r.unseen("f", []types.FilteredLogEvent{far})))
	assert.Len(t, r.seen["f"], 1, "what no poll returns any more is forgotten")
}

func TestLinesFindTheirRequest(t *testing.T) {
	t.Parallel()
	waiting := []pending{
		{exchange: exchange{Correlation: ""}},
		{exchange: exchange{Correlation: "mine"}},
		{exchange: exchange{Correlation: "mine"}},
	}
	mine := parseLog("getUser", time.Time{}, `{"correlation_id":"mine"}`)
	i := owner(waiting, mine)
	assert.Equal(t, 1, i)
	waiting[i].lines = append(waiting[i].lines, mine)
	assert.Equal(t, 2, owner(waiting, mine), "two requests of one client's id")
	assert.Equal(t, -1, owner(waiting, parseLog("authorizer", time.Time{}, `{"message":"invocation"}`)))
	assert.Equal(t, -1, owner(waiting, parseLog("getUser", time.Time{}, "panic")))
}

func TestRequestsAndLinesWaitForEachOtherButNotForever(t *testing.T) {
	t.Parallel()
	var out, record strings.Builder
	soon, past := time.Now().Add(time.Hour), time.Now().Add(-time.Hour)
	mine := func(id string) logLine {
		return parseLog("getUser", time.Time{}, `{"message":"of `+id+`","correlation_id":"`+id+`"}`)
	}
	f := &follower{
		screen: newScreen(&out, false),
		record: newScreen(&record, true),
		waiting: []pending{
			{exchange: exchange{Path: "/gateway"}, deadline: soon},
			{exchange: exchange{Path: "/waits", Correlation: "1"}, deadline: soon},
			{exchange: exchange{Path: "/late", Correlation: "2"}, deadline: past},
			{exchange: exchange{Path: "/complete", Correlation: "3"}, deadline: soon},
		},
		held: []heldLine{
			{mine("3"), soon}, {mine("4"), soon}, {mine("5"), past},
			{parseLog("authorizer", time.Time{}, `{"message":"of no request"}`), soon},
		},
	}
	f.match()
	f.show(false)
	for _, want := range []string{"/gateway", "/late", "/complete", "of 3", "of 5"} {
		assert.Contains(t, out.String(), want)
	}
	for _, later := range []string{"/waits", "of 4", "of no request"} {
		assert.NotContains(t, out.String(), later)
	}
	assert.Equal(t, busyPoll, f.pause())

	f.show(true) // nothing is outstanding
	assert.Contains(t, out.String(), "of 4")
	assert.Contains(t, out.String(), "of no request")
	assert.NotContains(t, out.String(), "/waits")
	assert.Empty(t, f.held)
}

func TestTheFollowerEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	f := &follower{screen: newScreen(&strings.Builder{}, false), exchanges: make(chan exchange), functions: func() []string { return nil }, crashes: func() ([]logLine, error) { return nil, nil }, inFlight: func() int64 { return 0 }}
	done := make(chan struct{})
	go func() { f.run(ctx); close(done) }()
	cancel()
	<-done
}
