package analysis

import "context"

// followedAt is how many people of one wave stayed or fell silent.
type followedAt struct {
	Journey   string `db:"journey"`
	Construct string `db:"construct"`
	FromStage string `db:"from_stage"`
	ToStage   string `db:"to_stage"`
	Wave      string `db:"wave"`
	N         int64  `db:"n"`
}

// leftInAWave finds the pairs of stages at which 1 to k-1 people of a wave neither stayed nor fell silent: the wave's mean is published,
// so that with the means of those who stayed and of those who fell silent theirs could be computed. Their difference alone tells nothing.
func (a *analyzer) leftInAWave(ctx context.Context, all map[string]*safety) (map[[4]string]bool, error) {
	rows, err := readRows[followedAt](ctx, a.conn, `SELECT journey, construct, from_stage, to_stage, wave, sum(n)::BIGINT AS n FROM red_silence GROUP BY ALL ORDER BY ALL`)
	if err != nil {
		return nil, err
	}
	left, followed := map[[4]string]bool{}, map[[4]string]map[string]int64{}
	for _, r := range rows {
		key := [4]string{r.Journey, r.Construct, r.FromStage, r.ToStage}
		if followed[key] == nil {
			followed[key] = map[string]int64{}
		}
		followed[key][r.Wave] = r.N
	}
	for key, waves := range followed {
		s := all[key[0]]
		for _, of := range s.slices {
			at, ok := s.cell("", "", key[2], of)
			if ok && of.grain == "quarter" && s.scored[key[1]] != nil && leaves(int64(s.scored[key[1]][at]), waves[of.period], s.k) {
				left[key] = true
			}
		}
	}
	return left, nil
}
