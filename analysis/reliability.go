package analysis

import (
	"context"
	"fmt"

	"koe/analysis/stats"
)

// moments is one row of models/reliability.sql.
type moments struct {
	Journey   string    `db:"journey"`
	Construct string    `db:"construct"`
	Stage     string    `db:"stage"`
	N         int64     `db:"n"`
	Sums      []float64 `db:"sums"`
	Products  []float64 `db:"products"`
}

// reliability fills the tables reliability and item_rest (METHOD 2.1); stage "" pools the stages.
func (a *analyzer) reliability(ctx context.Context) error {
	query, err := a.modelSQL("reliability")
	if err != nil {
		return err
	}
	rows, err := readRows[moments](ctx, a.conn, query)
	if err != nil {
		return err
	}
	var tables struct {
		reliability []Reliability
		itemRest    []ItemRest
	}
	for _, m := range pooled(rows) {
		journey, ok := a.layout.journey(m.Journey)
		if !ok {
			return fmt.Errorf("no journey %q", m.Journey)
		}
		for _, construct := range journey.constructs {
			if construct.ID != m.Construct {
				continue
			}
			r := stats.ReliabilityOf(m.matrix(len(construct.items), float64(construct.unit)))
			items, n := int64(len(construct.items)), m.N
			tables.reliability = append(tables.reliability, Reliability{Journey: m.Journey, Construct: m.Construct, Stage: m.Stage, Items: &items, N: &n,
				Alpha: &r.Alpha, AlphaStd: &r.AlphaStd, Omega: &r.Omega, MeanR: &r.MeanR})
			for i, item := range construct.items {
				row := ItemRest{Journey: m.Journey, Construct: m.Construct, Stage: m.Stage, Question: item.ID, N: &n}
				if i < len(r.ItemRest) {
					row.R = &r.ItemRest[i]
				}
				if i < len(r.AlphaDropped) {
					row.AlphaDropped = &r.AlphaDropped[i]
				}
				tables.itemRest = append(tables.itemRest, row)
			}
		}
	}
	return joined(storeMain(ctx, a, "reliability", tables.reliability), storeMain(ctx, a, "item_rest", tables.itemRest))
}

// pooled adds, before the stages of each construct with several, a row for all of them. Rows are ordered by construct.
func pooled(rows []moments) []moments {
	var out []moments
	for from := 0; from < len(rows); {
		to := from
		for to < len(rows) && rows[to].Journey == rows[from].Journey && rows[to].Construct == rows[from].Construct {
			to++
		}
		all := moments{Journey: rows[from].Journey, Construct: rows[from].Construct,
			Sums: make([]float64, len(rows[from].Sums)), Products: make([]float64, len(rows[from].Products))}
		for _, row := range rows[from:to] {
			all.N += row.N
			for i, x := range row.Sums {
				all.Sums[i] += x
			}
			for i, x := range row.Products {
				all.Products[i] += x
			}
		}
		out = append(append(out, all), rows[from:to]...)
		from = to
	}
	return out
}

// matrix unpacks the products of pairs i ≤ j of k items.
func (m *moments) matrix(k int, unit float64) stats.Moments {
	out := stats.Moments{N: m.N, Sums: make([]float64, k), Products: make([][]float64, k)}
	for i := range k {
		out.Products[i] = make([]float64, k)
	}
	at := 0
	for i := range k {
		out.Sums[i] = m.Sums[i] / unit
		for j := i; j < k; j++ {
			product := m.Products[at] / unit / unit
			out.Products[i][j], out.Products[j][i] = product, product
			at++
		}
	}
	return out
}

// storeMain appends a model's rows to main.
func storeMain[T any](ctx context.Context, a *analyzer, name string, rows []T) error {
	for _, t := range modelTables() {
		if t.name == name {
			return write(ctx, a, name, t.columns, rows)
		}
	}
	return fmt.Errorf("no table %q", name)
}
