package analysis

// The rows of the published tables (DESIGN section 7.2), one Go type a table, as plain values. A number that is not
// defined, or not published, is nil. In a published (safe_*) row N is given only from 20 on; below that NShown holds
// the band ("5–9", "10–19"), and Withheld says why a row's numbers are absent: small (too few people), complement
// (it could be computed from others), release (it differs from an earlier release by a few people), cross. Where a row that differs so was published before, its last
// published values stay, and Carried names the release that they are from; it is "" for values of this analysis. Shares are
// fractions 0–1. Segment and Member are "" for everybody, Stage "" for all stages, Period "" for all time.

// ResponseRate is how many of those asked answered.
type ResponseRate struct {
	Journey       string   `db:"journey"`
	Stage         string   `db:"stage"`
	Period        string   `db:"period"`
	Segment       string   `db:"segment"`
	Member        string   `db:"member"`
	Invited       *int64   `db:"invited"` // NULL below 20: see InvitedShown
	Answered      *int64   `db:"answered"`
	Rate          *float64 `db:"rate"`
	CILow         *float64 `db:"ci_low"`
	CIHigh        *float64 `db:"ci_high"`
	InvitedShown  string   `db:"invited_shown"`
	AnsweredShown string   `db:"answered_shown"`
	Withheld      string   `db:"withheld"`
	Carried       string   `db:"carried"`
}

// Item is the answers to one question. Counts has one entry for each step of the scale, low to high, raw (each option in
// the order of the file for choices; no then yes for yes/no questions).
type Item struct {
	Journey         string   `db:"journey"`
	Stage           string   `db:"stage"`
	Period          string   `db:"period"`
	Question        string   `db:"question"`
	Segment         string   `db:"segment"`
	Member          string   `db:"member"`
	N               *int64   `db:"n"`
	Mean            *float64 `db:"mean"`
	SD              *float64 `db:"sd"`
	Favourable      *float64 `db:"favourable"`
	Neutral         *float64 `db:"neutral"`
	Unfavourable    *float64 `db:"unfavourable"`
	Counts          []int64  `db:"counts"`
	NShown          string   `db:"n_shown"`
	FavourableShown string   `db:"favourable_shown"` // "≥90 %" or "≤10 %" where all answers fall on one side; else ""
	Withheld        string   `db:"withheld"`
	Carried         string   `db:"carried"`
}

// Trend is the scores of one construct. Grain is all, quarter (of the answer) or cohort (quarter of joining). The rows
// with grain quarter, stage "" are the stage-standardised calendar line.
type Trend struct {
	Journey         string   `db:"journey"`
	Construct       string   `db:"construct"`
	Stage           string   `db:"stage"`
	Grain           string   `db:"grain"`
	Period          string   `db:"period"`
	Segment         string   `db:"segment"`
	Member          string   `db:"member"`
	N               *int64   `db:"n"`
	Mean            *float64 `db:"mean"`
	SD              *float64 `db:"sd"`
	CILow           *float64 `db:"ci_low"`
	CIHigh          *float64 `db:"ci_high"`
	Favourable      *float64 `db:"favourable"`
	Neutral         *float64 `db:"neutral"`
	Unfavourable    *float64 `db:"unfavourable"`
	NShown          string   `db:"n_shown"`
	FavourableShown string   `db:"favourable_shown"`
	Withheld        string   `db:"withheld"`
	Carried         string   `db:"carried"`
}

// TrendTest is Mann–Kendall and Theil–Sen over the periods of one trend line.
type TrendTest struct {
	Journey   string   `db:"journey"`
	Construct string   `db:"construct"`
	Stage     string   `db:"stage"`
	Grain     string   `db:"grain"`
	Segment   string   `db:"segment"`
	Member    string   `db:"member"`
	Periods   *int64   `db:"periods"`
	S         *float64 `db:"s"`
	Z         *float64 `db:"z"`
	P         *float64 `db:"p"`
	Slope     *float64 `db:"slope"`
	SlopeLow  *float64 `db:"slope_low"`
	SlopeHigh *float64 `db:"slope_high"`
	Withheld  string   `db:"withheld"`
	Carried   string   `db:"carried"`
}

// Reliability is how well the items of a construct hang together, on the complete rows of a stage.
type Reliability struct {
	Journey   string   `db:"journey"`
	Construct string   `db:"construct"`
	Stage     string   `db:"stage"`
	Items     *int64   `db:"items"`
	N         *int64   `db:"n"`
	Alpha     *float64 `db:"alpha"`
	AlphaStd  *float64 `db:"alpha_std"`
	Omega     *float64 `db:"omega"`
	MeanR     *float64 `db:"mean_r"`
	NShown    string   `db:"n_shown"`
	Withheld  string   `db:"withheld"`
	Carried   string   `db:"carried"`
}

// ItemRest is one item against the sum of the others of its construct.
type ItemRest struct {
	Journey      string   `db:"journey"`
	Construct    string   `db:"construct"`
	Stage        string   `db:"stage"`
	Question     string   `db:"question"`
	N            *int64   `db:"n"`
	R            *float64 `db:"r"`
	AlphaDropped *float64 `db:"alpha_dropped"`
	NShown       string   `db:"n_shown"`
	Withheld     string   `db:"withheld"`
	Carried      string   `db:"carried"`
}

// Recommend is 推奨度: promoters (9, 10) minus detractors (0–6), in points −100…100.
type Recommend struct {
	Journey    string   `db:"journey"`
	Question   string   `db:"question"`
	Stage      string   `db:"stage"`
	Period     string   `db:"period"`
	Segment    string   `db:"segment"`
	Member     string   `db:"member"`
	N          *int64   `db:"n"`
	Promoters  *int64   `db:"promoters"`
	Passives   *int64   `db:"passives"`
	Detractors *int64   `db:"detractors"`
	Score      *float64 `db:"score"`
	CILow      *float64 `db:"ci_low"`
	CIHigh     *float64 `db:"ci_high"`
	NShown     string   `db:"n_shown"`
	Withheld   string   `db:"withheld"`
	Carried    string   `db:"carried"`
}

// Change is the same persons' scores at two stages.
type Change struct {
	Journey    string   `db:"journey"`
	Construct  string   `db:"construct"`
	FromStage  string   `db:"from_stage"`
	ToStage    string   `db:"to_stage"`
	Segment    string   `db:"segment"`
	Member     string   `db:"member"`
	N          *int64   `db:"n"`
	MeanChange *float64 `db:"mean_change"`
	SDChange   *float64 `db:"sd_change"`
	CILow      *float64 `db:"ci_low"`
	CIHigh     *float64 `db:"ci_high"`
	T          *float64 `db:"t"`
	DF         *float64 `db:"df"`
	P          *float64 `db:"p"`
	Q          *float64 `db:"q"`
	DZ         *float64 `db:"dz"`
	Improved   *int64   `db:"improved"`
	Same       *int64   `db:"same"`
	Worsened   *int64   `db:"worsened"`
	WilcoxonV  *float64 `db:"wilcoxon_v"`
	WilcoxonP  *float64 `db:"wilcoxon_p"`
	NShown     string   `db:"n_shown"`
	Withheld   string   `db:"withheld"`
	Carried    string   `db:"carried"`
}

// Comparison is one member of a segment against everybody else.
type Comparison struct {
	Journey    string   `db:"journey"`
	Construct  string   `db:"construct"`
	Stage      string   `db:"stage"`
	Segment    string   `db:"segment"`
	Member     string   `db:"member"`
	N          *int64   `db:"n"`
	Mean       *float64 `db:"mean"`
	RestN      *int64   `db:"rest_n"`
	RestMean   *float64 `db:"rest_mean"`
	Difference *float64 `db:"difference"`
	CILow      *float64 `db:"ci_low"`
	CIHigh     *float64 `db:"ci_high"`
	T          *float64 `db:"t"`
	DF         *float64 `db:"df"`
	P          *float64 `db:"p"`
	Q          *float64 `db:"q"`
	HedgesG    *float64 `db:"hedges_g"`
	U          *float64 `db:"u"`
	UP         *float64 `db:"u_p"`
	NShown     string   `db:"n_shown"`
	RestNShown string   `db:"rest_n_shown"`
	Withheld   string   `db:"withheld"`
	Carried    string   `db:"carried"`
}

// Hypothesis is one hypothesis tested in one wave: supported, not_supported or insufficient, and why.
type Hypothesis struct {
	Journey    string   `db:"journey"`
	Hypothesis string   `db:"hypothesis"`
	Stage      string   `db:"stage"`
	Wave       string   `db:"wave"`  // quarter; "" for all waves together
	Prior      bool     `db:"prior"` // 事前: written down before the wave's first invitation
	N          *int64   `db:"n"`
	Estimate   *float64 `db:"estimate"`
	CILow      *float64 `db:"ci_low"`  // 90 %, two-sided
	CIHigh     *float64 `db:"ci_high"` //
	Bar        *float64 `db:"bar"`
	Effect     *float64 `db:"effect"`
	P          *float64 `db:"p"` // one-sided
	PAdjusted  *float64 `db:"p_adjusted"`
	Verdict    string   `db:"verdict"`
	Reason     string   `db:"reason"`  // n, rate, suppressed, contradicted, imprecise, weak, not_shown; "" when supported
	Settled    bool     `db:"settled"` // 定着: supported in two consecutive waves
	NShown     string   `db:"n_shown"`
	Withheld   string   `db:"withheld"`
	Carried    string   `db:"carried"`
}

// MeasureEffect is the difference in change between people who had a measure and people who had not. Never an "effect".
type MeasureEffect struct {
	Journey          string   `db:"journey"`
	Measure          string   `db:"measure"`
	Construct        string   `db:"construct"`
	FromStage        string   `db:"from_stage"`
	ToStage          string   `db:"to_stage"`
	TreatedN         *int64   `db:"treated_n"`
	ControlN         *int64   `db:"control_n"`
	Difference       *float64 `db:"difference"`
	CILow            *float64 `db:"ci_low"`
	CIHigh           *float64 `db:"ci_high"`
	T                *float64 `db:"t"`
	DF               *float64 `db:"df"`
	P                *float64 `db:"p"`
	HedgesG          *float64 `db:"hedges_g"`
	AncovaDifference *float64 `db:"ancova_difference"`
	AncovaP          *float64 `db:"ancova_p"`
	Verdict          string   `db:"verdict"` // difference, none, undecided (the two disagree in sign)
	TreatedNShown    string   `db:"treated_n_shown"`
	ControlNShown    string   `db:"control_n_shown"`
	Withheld         string   `db:"withheld"`
	Carried          string   `db:"carried"`
}

// Driver is how strongly a construct goes with an outcome (Johnson's relative weight). Never a cause.
type Driver struct {
	Journey   string   `db:"journey"`
	Outcome   string   `db:"outcome"`
	Stage     string   `db:"stage"`
	Construct string   `db:"construct"`
	N         *int64   `db:"n"`
	RSquared  *float64 `db:"r_squared"`
	Weight    *float64 `db:"weight"`
	Share     *float64 `db:"share"`
	ShareLow  *float64 `db:"share_low"`
	ShareHigh *float64 `db:"share_high"`
	NShown    string   `db:"n_shown"`
	Withheld  string   `db:"withheld"`
	Carried   string   `db:"carried"`
}

// Retention is Kaplan–Meier's share of people still here so many months after joining.
type Retention struct {
	Segment      string   `db:"segment"`
	Member       string   `db:"member"`
	Months       int64    `db:"months"`
	AtRisk       *int64   `db:"at_risk"`
	Leavers      *int64   `db:"leavers"`
	Survival     *float64 `db:"survival"`
	CILow        *float64 `db:"ci_low"`
	CIHigh       *float64 `db:"ci_high"`
	AtRiskShown  string   `db:"at_risk_shown"`
	LeaversShown string   `db:"leavers_shown"` // "0", "5人未満" and the like are the report's words; here a number, a band, or "<5"
	Withheld     string   `db:"withheld"`
	Carried      string   `db:"carried"`
}

// Signal is one point of an XmR chart that breaks a rule: outside, run (8 on a side), trend (6 rising or falling).
type Signal struct {
	Journey   string   `db:"journey"`
	Construct string   `db:"construct"`
	Stage     string   `db:"stage"`
	Segment   string   `db:"segment"`
	Member    string   `db:"member"`
	Period    string   `db:"period"`
	Rule      string   `db:"rule"`
	Value     *float64 `db:"value"`
	Centre    *float64 `db:"centre"`
	LimitLow  *float64 `db:"limit_low"`
	LimitHigh *float64 `db:"limit_high"`
	Withheld  string   `db:"withheld"`
	Carried   string   `db:"carried"`
}

// Theme is how often a theme was spoken of, and how (issue, wish, ok).
type Theme struct {
	Journey         string `db:"journey"`
	Stage           string `db:"stage"`
	Period          string `db:"period"`
	Theme           string `db:"theme"`
	Valence         string `db:"valence"`
	Segment         string `db:"segment"`
	Member          string `db:"member"`
	Comments        *int64 `db:"comments"`
	People          *int64 `db:"people"`
	Commenters      *int64 `db:"commenters"`
	PeopleShown     string `db:"people_shown"` // "<3" where fewer than 3 spoke of it
	CommentersShown string `db:"commenters_shown"`
	Withheld        string `db:"withheld"`
	Carried         string `db:"carried"`
}

// Keyness is a word that the commenters of one stage use more, or less, than all others.
type Keyness struct {
	Journey        string   `db:"journey"`
	Stage          string   `db:"stage"`
	Word           string   `db:"word"`
	People         *int64   `db:"people"`
	Commenters     *int64   `db:"commenters"`
	RestPeople     *int64   `db:"rest_people"`
	RestCommenters *int64   `db:"rest_commenters"`
	G2             *float64 `db:"g2"`
	LogRatio       *float64 `db:"log_ratio"`
	P              *float64 `db:"p"`
	Q              *float64 `db:"q"`
	Withheld       string   `db:"withheld"`
	Carried        string   `db:"carried"`
}

// Cooccurrence is two words, or two themes, that people use in one comment. The published rows are the edges of a network:
// the strongest, without numbers of people.
type Cooccurrence struct {
	Journey    string   `db:"journey"`
	Kind       string   `db:"kind"` // word, theme
	ItemA      string   `db:"item_a"`
	ItemB      string   `db:"item_b"`
	PeopleA    *int64   `db:"people_a"`
	PeopleB    *int64   `db:"people_b"`
	BothPeople *int64   `db:"both_people"`
	Jaccard    *float64 `db:"jaccard"`
	NPMI       *float64 `db:"npmi"`
	Withheld   string   `db:"withheld"`
	Carried    string   `db:"carried"`
}

// Comment is one cleared comment, masked, in an order that says nothing. Stage is "" where the stage's cell is too small.
type Comment struct {
	Journey  string   `db:"journey"`
	Stage    string   `db:"stage"`
	Question string   `db:"question"`
	Text     string   `db:"text"`
	Themes   []string `db:"themes"` // theme:valence
	Withheld string   `db:"withheld"`
	Carried  string   `db:"carried"`
}

// Nonresponse is whether the members of a segment answer at different rates (χ² without continuity correction).
type Nonresponse struct {
	Journey  string   `db:"journey"`
	Stage    string   `db:"stage"`
	Period   string   `db:"period"`
	Segment  string   `db:"segment"`
	Members  *int64   `db:"members"`
	Chi2     *float64 `db:"chi2"`
	DF       *float64 `db:"df"`
	P        *float64 `db:"p"`
	Withheld string   `db:"withheld"`
	Carried  string   `db:"carried"`
}

// Silence compares, by their score at the stage before, people who then answered with people who fell silent.
type Silence struct {
	Journey      string   `db:"journey"`
	Construct    string   `db:"construct"`
	FromStage    string   `db:"from_stage"`
	ToStage      string   `db:"to_stage"`
	StayedN      *int64   `db:"stayed_n"`
	StayedMean   *float64 `db:"stayed_mean"`
	SilentN      *int64   `db:"silent_n"`
	SilentMean   *float64 `db:"silent_mean"`
	Difference   *float64 `db:"difference"` // silent − stayed
	CILow        *float64 `db:"ci_low"`
	CIHigh       *float64 `db:"ci_high"`
	T            *float64 `db:"t"`
	DF           *float64 `db:"df"`
	P            *float64 `db:"p"`
	HedgesG      *float64 `db:"hedges_g"`
	StayedNShown string   `db:"stayed_n_shown"`
	SilentNShown string   `db:"silent_n_shown"`
	Withheld     string   `db:"withheld"`
	Carried      string   `db:"carried"`
}

// Careless is how many answered without reading, and the mean without them.
type Careless struct {
	Journey      string   `db:"journey"`
	Construct    string   `db:"construct"`
	Stage        string   `db:"stage"`
	N            *int64   `db:"n"`
	Flagged      *int64   `db:"flagged"`
	Mean         *float64 `db:"mean"`
	MeanWithout  *float64 `db:"mean_without"`
	NShown       string   `db:"n_shown"`
	FlaggedShown string   `db:"flagged_shown"`
	Withheld     string   `db:"withheld"`
	Carried      string   `db:"carried"`
}

// Shrunk is a member's mean drawn towards the mean of all members by how little is known of it (empirical Bayes).
// Ranked is false where the units do not differ: then there is no ranking to show.
type Shrunk struct {
	Journey   string   `db:"journey"`
	Construct string   `db:"construct"`
	Stage     string   `db:"stage"`
	Segment   string   `db:"segment"`
	Member    string   `db:"member"`
	N         *int64   `db:"n"`
	Mean      *float64 `db:"mean"`
	Weight    *float64 `db:"weight"`
	Shrunk    *float64 `db:"shrunk"`
	ICC1      *float64 `db:"icc1"`
	ICC2      *float64 `db:"icc2"`
	Ranked    bool     `db:"ranked"`
	NShown    string   `db:"n_shown"`
	Withheld  string   `db:"withheld"`
	Carried   string   `db:"carried"`
}

// Census is the scores at a stage as a description of exactly those who were asked: the interval has the finite population
// correction, which takes those who did not answer to be like the others.
type Census struct {
	Journey      string   `db:"journey"`
	Construct    string   `db:"construct"`
	Stage        string   `db:"stage"`
	N            *int64   `db:"n"`
	Invited      *int64   `db:"invited"`
	Mean         *float64 `db:"mean"`
	CILow        *float64 `db:"ci_low"`
	CIHigh       *float64 `db:"ci_high"`
	NShown       string   `db:"n_shown"`
	InvitedShown string   `db:"invited_shown"`
	Withheld     string   `db:"withheld"`
	Carried      string   `db:"carried"`
}

// Weighted is the mean score at a stage with each member of a segment weighted to its share of those who were asked.
type Weighted struct {
	Journey   string   `db:"journey"`
	Construct string   `db:"construct"`
	Stage     string   `db:"stage"`
	Segment   string   `db:"segment"`
	N         *int64   `db:"n"`
	Classes   *int64   `db:"classes"` // members, small ones merged
	Mean      *float64 `db:"mean"`
	Weighted  *float64 `db:"weighted"`
	Deff      *float64 `db:"deff"` // Kish's design effect
	NShown    string   `db:"n_shown"`
	Withheld  string   `db:"withheld"`
	Carried   string   `db:"carried"`
}

// RetentionTest is the log-rank test between the two largest members of a segment.
type RetentionTest struct {
	Segment  string   `db:"segment"`
	MemberA  string   `db:"member_a"`
	MemberB  string   `db:"member_b"`
	Chi2     *float64 `db:"chi2"`
	P        *float64 `db:"p"`
	Withheld string   `db:"withheld"`
	Carried  string   `db:"carried"`
}
