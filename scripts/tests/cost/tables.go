package cost

import (
	"math"
	"regexp"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"
)

const (
	million       = 1e6
	secondsAMonth = 30 * 24 * 60 * 60
)

// tables are the tables in docs/cost.md, by the comment above each.
var tables = map[string]func() []string{
	"requests": requestRows, "months": monthRows, "stage": stageRows,
}

var markedTable = regexp.MustCompile(`(<!-- make cost: (\w+) -->\n\|.*\n\|.*\n)(?:\|.*\n)*`)

// withTables returns the text of docs/cost.md with the rows of its tables computed.
func withTables(text string) string {
	return markedTable.ReplaceAllStringFunc(text, func(old string) string {
		m := markedTable.FindStringSubmatch(old)
		return m[1] + strings.Join(tables[m[2]](), "")
	})
}

func row(cells ...string) string { return "| " + strings.Join(cells, " | ") + " |\n" }

func requestRows() (rows []string) {
	for _, o := range figures.Operations {
		if o.Label != "" {
			rows = append(rows, row(append([]string{o.Label, count(float64(o.Calls)), count(o.Reads), count(o.writes())},
				withTotal(o.cost(million), gateway(million), lambda(million), logs(million))...)...))
		}
	}
	return rows
}

func monthRows() (rows []string) {
	for _, requests := range figures.Months {
		table, authorized := 0.0, figures.Authorized*requests
		for _, o := range figures.Operations {
			table += o.cost(o.Share * requests)
		}
		rows = append(rows, row(append([]string{count(requests/million) + " million"}, withTotal(
			gateway(requests), lambda(requests+authorized), table, logs(requests)+functionLogs(authorized), traces(requests), stage())...)...))
	}
	return rows
}

func stageRows() (rows []string) {
	for _, p := range prices {
		if n := figures.Stage[p.Name]; n > 0 {
			rows = append(rows, row(p.What, count(n), dollars(cost(p.Name, n))))
		}
	}
	return append(rows, row("total", "", "**"+dollars(stage())+"**"))
}

// stage returns what a month of a stage costs without any request.
func stage() (total float64) {
	for name, n := range figures.Stage {
		total += cost(name, n)
	}
	return total
}

func (o operation) cost(requests float64) float64 {
	return cost("read unit", o.Reads*requests) + cost("write unit", o.writes()*requests)
}

func gateway(requests float64) float64 {
	const tier = 333 * million
	return cost("gateway", min(requests, tier)) + cost("gateway above", max(requests-tier, 0))
}

func lambda(invocations float64) float64 {
	i := figures.Invocation
	return cost("invocation", invocations) + cost("GB-second", invocations*i.Milliseconds/1000*i.Megabytes/1024)
}

// logs returns the cost of functionLogs and of the access log's line.
func logs(requests float64) float64 {
	return functionLogs(requests) + cost("log byte", requests*figures.Invocation.AccessLogBytes)
}

// functionLogs returns the cost of the function's line and of Lambda's three lines.
func functionLogs(invocations float64) float64 {
	return cost("log byte", invocations*(figures.Invocation.LineBytes+figures.Invocation.LambdaLineBytes))
}

// traces returns the cost of X-Ray's default rule, which records the first request of each second
// and 5 % of the others, for requests that come evenly.
func traces(requests float64) float64 {
	first := min(requests, secondsAMonth)
	return cost("trace", first+0.05*(requests-first))
}

// withTotal returns the costs and, in bold, their sum.
func withTotal(costs ...float64) (cells []string) {
	total := 0.0
	for _, c := range costs {
		total += c
		cells = append(cells, dollars(c))
	}
	return append(cells, "**"+dollars(total)+"**")
}

var english = message.NewPrinter(language.English)

// count writes a number, and nothing for zero.
func count(n float64) string {
	if n == 0 {
		return ""
	}
	return english.Sprint(number.Decimal(n, number.MaxFractionDigits(10)))
}

func dollars(usd float64) string { return english.Sprintf("$%.2f", math.Round(usd*100)/100) }
