package main

import (
	"context"
	"fmt"
	"math/rand/v2"
)

// cell is a target at a memory size: a row of the report.
type cell struct{ target, memory int }

// run measures everything and reports it.
func (b *bench) run(ctx context.Context) (Report, error) {
	samples, err := b.rounds(ctx)
	if err != nil {
		return Report{}, err
	}
	r := b.newReport()
	for i, t := range b.targets {
		allocations, err := b.countAllocations(ctx, t)
		if err != nil {
			return Report{}, fmt.Errorf("allocations of %s: %w", t.name, err)
		}
		for m, mb := range b.opts.memory {
			r.Rows = append(r.Rows, newRow(t, mb, samples[cell{i, m}], allocations))
		}
	}
	r.compare()
	return r, nil
}

// rounds starts every target at every memory size once per round, one after the
// other in random order.
func (b *bench) rounds(ctx context.Context) (map[cell][]sample, error) {
	cells := b.cells()
	samples := make(map[cell][]sample)
	b.progress.start(b.opts.rounds * len(cells))
	defer b.progress.end()
	for range b.opts.rounds {
		rand.Shuffle(len(cells), func(i, j int) { cells[i], cells[j] = cells[j], cells[i] })
		for _, c := range cells {
			t, mb := b.targets[c.target], b.opts.memory[c.memory]
			s, err := b.coldStart(ctx, t, mb)
			if err != nil {
				return nil, fmt.Errorf("%s at %d MB: %w", t.name, mb, err)
			}
			samples[c] = append(samples[c], s)
			b.progress.step()
		}
	}
	return samples, nil
}

func (b *bench) cells() []cell {
	var cells []cell
	for t := range b.targets {
		for m := range b.opts.memory {
			cells = append(cells, cell{t, m})
		}
	}
	return cells
}
