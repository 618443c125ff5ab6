package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"users-api/scripts/internal/localaws"
)

const (
	// overlap is how far each poll looks back: lines of concurrent invocations do
	// not arrive in the order of their times.
	overlap = 250 * time.Millisecond
	// idlePoll is for lines that no request of the front caused, such as an
	// `invoke` in another shell.
	idlePoll = 2 * time.Second
	// busyPoll bounds the polling under load.
	busyPoll = 100 * time.Millisecond
	// linePatience is how long a request and its line wait for each other before
	// each is shown alone. The emulator stores the line before it sends the answer,
	// so only a busy machine or a crashed function lets either wait long.
	linePatience = 5 * time.Second
	// lastTimeout bounds the last look for lines, when `make dev` ends.
	lastTimeout = time.Second
	// keptStreams is how many log streams of a function are kept. The emulator makes
	// one for each invocation, where Amazon makes one for each instance, and slows
	// down with their number.
	keptStreams = 400
	// trimAtOnce bounds how many are deleted between two polls.
	trimAtOnce = 25
)

// logReader reads new lines of functions' log groups in CloudWatch Logs.
type logReader struct {
	client *cloudwatchlogs.Client
	since  map[string]time.Time            // by function: the newest line's time
	seen   map[string]map[string]time.Time // by function: the lines read within the overlap
	// streams are, by function, the log streams in the order of their first line.
	streams map[string][]string
}

// newLogReader reads what is logged from since on.
func newLogReader(cfg aws.Config) *logReader {
	return &logReader{
		client: cloudwatchlogs.NewFromConfig(cfg),
		since:  map[string]time.Time{},
		seen:   map[string]map[string]time.Time{},

		streams: map[string][]string{},
	}
}

// read returns a function's lines that were not read yet, from start on. Lambda's own
// START, END and REPORT lines are left out. A function that never ran has none.
func (r *logReader) read(ctx context.Context, function string, start time.Time) ([]logLine, error) {
	if newest := r.since[function].Add(-overlap); newest.After(start) {
		start = newest
	}
	out, err := r.client.FilterLogEvents(ctx, &cloudwatchlogs.FilterLogEventsInput{
		LogGroupName: aws.String(localaws.LogGroup(function)),
		StartTime:    aws.Int64(start.UnixMilli()),
	})
	var missing *types.ResourceNotFoundException
	if errors.As(err, &missing) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the log of %s: %w", function, err)
	}
	return r.unseen(function, out.Events), nil
}

func (r *logReader) unseen(function string, events []types.FilteredLogEvent) []logLine {
	var lines []logLine
	seen := map[string]time.Time{}
	repeats := map[string]int{}
	for _, event := range events {
		at, text := time.UnixMilli(aws.ToInt64(event.Timestamp)), strings.TrimRight(aws.ToString(event.Message), "\r\n")
		stream := aws.ToString(event.LogStreamName)
		// A stream may hold the same line twice: number them.
		key := stream + "\x00" + text
		repeats[key]++
		key = fmt.Sprintf("%s\x00%d", key, repeats[key])
		seen[key] = at
		if at.After(r.since[function]) {
			r.since[function] = at
		}
		if _, old := r.seen[function][key]; old {
			continue
		}
		if strings.HasPrefix(text, startOfInvocation) {
			r.streams[function] = append(r.streams[function], stream)
		}
		if !platformLine(text) {
			lines = append(lines, parseLog(function, at, text))
		}
	}
	r.remember(function, seen)
	return lines
}

// remember adds to what was seen, and forgets what no later poll returns.
func (r *logReader) remember(function string, seen map[string]time.Time) {
	for key, at := range r.seen[function] {
		if !at.Before(r.since[function].Add(-overlap)) {
			seen[key] = at
		}
	}
	r.seen[function] = seen
}

// trim deletes the oldest log streams of a function where there are too many. All
// their lines have been read.
func (r *logReader) trim(ctx context.Context, function string) error {
	streams := r.streams[function]
	surplus := min(len(streams)-keptStreams, trimAtOnce)
	for i := range surplus {
		_, err := r.client.DeleteLogStream(ctx, &cloudwatchlogs.DeleteLogStreamInput{
			LogGroupName: aws.String(localaws.LogGroup(function)), LogStreamName: &streams[i],
		})
		var missing *types.ResourceNotFoundException
		if err != nil && !errors.As(err, &missing) {
			return fmt.Errorf("trim the log of %s: %w", function, err)
		}
	}
	r.streams[function] = streams[max(surplus, 0):]
	return nil
}

const startOfInvocation = "START RequestId: "

func platformLine(text string) bool {
	for _, prefix := range []string{startOfInvocation, "END RequestId: ", "REPORT RequestId: "} {
		if strings.HasPrefix(text, prefix) {
			return true
		}
	}
	return false
}

// follower shows each request of the front with the lines that belong to it, and the
// other lines by themselves.
type follower struct {
	reader *logReader
	screen *screen
	// record is shown the same, for `make stats`.
	record    *screen
	exchanges chan exchange
	started   time.Time
	// functions lists what is deployed just now.
	functions func() []string
	// crashes gives what functions said that could not start.
	crashes func() ([]logLine, error)
	// inFlight is how many requests have no answer yet.
	inFlight func() int64

	waiting []pending  // requests without their line
	held    []heldLine // lines without their request
}

// pending is a request that waits for its line.
type pending struct {
	exchange
	lines    []logLine
	deadline time.Time
}

// heldLine is a line of a request whose answer is still on its way.
type heldLine struct {
	logLine
	deadline time.Time
}

func (p pending) complete() bool { return p.Correlation == "" || len(p.lines) > 0 }

// run follows until the context ends, and then shows what is left.
func (f *follower) run(ctx context.Context) {
	var polled time.Time
	for {
		select {
		case <-ctx.Done():
			f.last(ctx)
			return
		case x := <-f.exchanges:
			f.await(x)
			time.Sleep(time.Until(polled.Add(busyPoll)))
			f.drain()
		case <-time.After(f.pause()):
		}
		if err := f.read(ctx); err != nil && ctx.Err() == nil {
			f.screen.fail("%v", err)
		}
		polled = time.Now()
		idle := f.inFlight() == 0
		f.drain() // now all that has been answered is here
		f.match()
		f.show(idle)
	}
}

// last shows what there is, complete or not.
func (f *follower) last(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastTimeout)
	defer cancel()
	f.drain()
	_ = f.read(ctx) // the emulator may be gone, which is said elsewhere
	f.match()
	for i := range f.waiting {
		f.waiting[i].deadline = time.Time{}
	}
	f.show(true)
}

func (f *follower) pause() time.Duration {
	if len(f.waiting)+len(f.held) > 0 {
		return busyPoll
	}
	return idlePoll
}

func (f *follower) await(x exchange) {
	f.waiting = append(f.waiting, pending{exchange: x, deadline: time.Now().Add(linePatience)})
}

// drain takes what else has finished: under load one poll serves many requests.
func (f *follower) drain() {
	for {
		select {
		case x := <-f.exchanges:
			f.await(x)
		default:
			return
		}
	}
}

// read reads what the functions have logged since the last time. An error is that
// of some of them.
func (f *follower) read(ctx context.Context) error {
	crashed, err := f.crashes()
	errs := []error{err}
	for _, line := range crashed {
		f.held = append(f.held, heldLine{line, time.Now().Add(linePatience)})
	}
	for _, function := range f.functions() {
		// Earlier runs' lines are read too, once, to know their streams.
		lines, err := f.reader.read(ctx, function, time.UnixMilli(0))
		if err == nil {
			err = f.reader.trim(ctx, function)
		}
		errs = append(errs, err)
		for _, line := range lines {
			if !line.Time.Before(f.started) {
				f.held = append(f.held, heldLine{line, time.Now().Add(linePatience)})
			}
		}
	}
	return errors.Join(errs...)
}

// match gives the lines to their requests.
func (f *follower) match() {
	f.held = slices.DeleteFunc(f.held, func(line heldLine) bool {
		i := owner(f.waiting, line.logLine)
		if i >= 0 {
			f.waiting[i].lines = append(f.waiting[i].lines, line.logLine)
		}
		return i >= 0
	})
}

// show shows what has all that belongs to it, or has waited long enough. Lines wait
// until no answer is outstanding: those that name no request, such as the
// authorizer's, so come after the request that is probably theirs.
func (f *follower) show(idle bool) {
	now := time.Now()
	f.waiting = slices.DeleteFunc(f.waiting, func(p pending) bool {
		done := p.complete() || now.After(p.deadline)
		if done {
			f.screen.exchange(p.exchange, p.lines)
			f.record.exchange(p.exchange, p.lines)
		}
		return done
	})
	f.held = slices.DeleteFunc(f.held, func(line heldLine) bool {
		done := idle || now.After(line.deadline)
		if done {
			f.screen.log(line.logLine)
			f.record.log(line.logLine)
		}
		return done
	})
}

// owner finds the request that a line belongs to: by the id that both carry. Clients
// may give several requests one id; then the first without a line has it.
func owner(waiting []pending, line logLine) int {
	id := line.text("correlation_id")
	if id == "" {
		return -1
	}
	for i, p := range waiting {
		if p.Correlation == id && len(p.lines) == 0 {
			return i
		}
	}
	return -1
}

// logsCommand follows one function's log.
func logsCommand(flags *flag.FlagSet) func(context.Context, workspace) error {
	function := flags.String("f", "", "function, such as createUser")
	since := flags.Duration("since", 10*time.Minute, "how far to look back")
	follow := flags.Bool("tail", true, "go on until Ctrl-C")
	asJSON := flags.Bool("json", false, "one JSON object a line")
	return func(ctx context.Context, ws workspace) error {
		if *function == "" {
			return errors.New("which function? make logs F=createUser")
		}
		url, err := localaws.Running(ws.state)
		if err != nil {
			return err
		}
		reader, screen, start := newLogReader(localaws.ConfigFor(url)), newScreen(ws.out, *asJSON), time.Now().Add(-*since)
		for {
			lines, err := reader.read(ctx, *function, start)
			if err != nil {
				return err
			}
			for _, line := range lines {
				screen.stamped(line)
			}
			if !*follow {
				return nil
			}
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(idlePoll / 4):
			}
		}
	}
}
