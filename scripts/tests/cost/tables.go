package cost

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

const (
	million       = 1e6
	secondsAMonth = 30 * 24 * 60 * 60
	// An instance of the authorizer reads the current and the previous secret every five minutes.
	secretReads = 2 * secondsAMonth / 300
)

// tables are the tables in docs/cost.md, by the comment above each.
var tables = map[string]func() []string{
	"requests": requestRows, "months": monthRows, "stage": stageRows, "prices": priceRows, "memory": memoryRows,
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
	i := figures.Invocation
	for _, o := range figures.Operations {
		if o.Label == "" {
			continue
		}
		cells := []string{o.Label, strconv.Itoa(o.Calls), count(o.Reads), count(o.writes())}
		rows = append(rows, row(append(cells, withTotal(cents,
			o.cost(million), gateway(million), lambda(million, i.Milliseconds, i.Megabytes), logs(million))...)...))
	}
	return rows
}

func monthRows() (rows []string) {
	i := figures.Invocation
	for _, requests := range figures.Months {
		table, authorized := 0.0, figures.Authorizer.Share*requests
		for _, o := range figures.Operations {
			table += o.cost(o.Share * requests)
		}
		rows = append(rows, row(append([]string{thousands(requests/million) + " million"}, withTotal(dollars,
			gateway(requests), lambda(requests+authorized, i.Milliseconds, i.Megabytes), table,
			logs(requests)+cost("log byte", authorized*(i.LineBytes+i.LambdaLineBytes)), traces(requests), stage())...)...))
	}
	return rows
}

func stageRows() (rows []string) {
	for _, name := range stageNames {
		rows = append(rows, row(find(name).What, thousands(stageCount(name)), cents(cost(name, stageCount(name)))))
	}
	return append(rows, row("total", "", "**"+cents(stage())+"**"))
}

func priceRows() (rows []string) {
	for _, p := range prices {
		rows = append(rows, row(p.What, "$"+count(p.USD)+" a "+p.Unit, p.Date, p.Source))
	}
	return rows
}

func memoryRows() (rows []string) {
	for _, m := range figures.Memory {
		cells := []string{m.Label}
		for _, size := range []float64{128, 256, 512} {
			ms := m.Milliseconds[count(size)]
			cells = append(cells, fmt.Sprintf("%g ms, $%.3f", ms, lambda(million, ms, size)))
		}
		rows = append(rows, row(cells...))
	}
	return rows
}

var stageNames = []string{"metric", "alarm metric", "composite alarm", "dashboard", "secret", "secret call"}

func stageCount(name string) float64 {
	if name == "secret call" {
		return figures.Authorizer.Instances * secretReads
	}
	return figures.Stage[name]
}

// stage returns what a month of a stage costs without any request.
func stage() (total float64) {
	for _, name := range stageNames {
		total += cost(name, stageCount(name))
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

func lambda(invocations, milliseconds, megabytes float64) float64 {
	return cost("invocation", invocations) + cost("GB-second", invocations*milliseconds/1000*megabytes/1024)
}

// logs returns the cost of the function's line, Lambda's three lines and the access log's.
func logs(requests float64) float64 {
	i := figures.Invocation
	return cost("log byte", requests*(i.LineBytes+i.LambdaLineBytes+i.AccessLogBytes))
}

// traces returns the cost of X-Ray's default rule, which records the first request of each second
// and 5 % of the others, for requests that come evenly.
func traces(requests float64) float64 {
	first := min(requests, secondsAMonth)
	return cost("trace", first+0.05*(requests-first))
}

// withTotal returns the costs and, in bold, their sum, each written by write.
func withTotal(write func(float64) string, costs ...float64) (cells []string) {
	total := 0.0
	for _, c := range costs {
		total += c
		cells = append(cells, write(c))
	}
	return append(cells, "**"+write(total)+"**")
}

// count writes a number, and nothing for zero.
func count(n float64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}

func cents(usd float64) string { return fmt.Sprintf("$%.2f", math.Round(usd*100)/100) }

// dollars writes ten dollars and more without cents.
func dollars(usd float64) string {
	if usd < 10 {
		return cents(usd)
	}
	return "$" + thousands(usd)
}

// thousands writes a whole number with a comma before each three digits.
func thousands(n float64) string {
	digits := fmt.Sprintf("%.0f", n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
