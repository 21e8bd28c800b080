package analysis

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// modelTable is one table that koe analyze writes: its main version, and its safe_* version with what its row type has
// besides.
type modelTable struct {
	name    string
	comment string
	columns []column // of main, in the order of DESIGN section 7.2
	row     reflect.Type
}

// common are the key columns and figures that mean the same in every model.
var common = map[string]column{
	"journey":       {kind: "VARCHAR NOT NULL", comment: "Journey id."},
	"stage":         {kind: "VARCHAR NOT NULL", comment: "Stage id; empty for all stages."},
	"from_stage":    {kind: "VARCHAR NOT NULL", comment: "The earlier stage."},
	"to_stage":      {kind: "VARCHAR NOT NULL", comment: "The later stage."},
	"period":        {kind: "VARCHAR NOT NULL", comment: "Quarter, as 2026Q2; empty for all time."},
	"segment":       {kind: "VARCHAR NOT NULL", comment: "Roster column; empty for everybody."},
	"member":        {kind: "VARCHAR NOT NULL", comment: "Member of the segment, a path below the top of a hierarchy; empty for everybody."},
	"question":      {kind: "VARCHAR NOT NULL", comment: "Question id."},
	"construct":     {kind: "VARCHAR NOT NULL", comment: "Construct id."},
	"measure":       {kind: "VARCHAR NOT NULL", comment: "Measure id."},
	"grain":         {kind: "VARCHAR NOT NULL", comment: "What period is: all (empty), quarter (of the wave) or cohort (quarter of joining)."},
	"n":             {kind: "BIGINT", comment: "People behind the row, with a valid answer for it."},
	"mean":          {kind: "DOUBLE", comment: "Mean."},
	"sd":            {kind: "DOUBLE", comment: "Standard deviation (n-1); NULL for a single person."},
	"ci_low":        {kind: "DOUBLE", comment: "Lower end of the 95 % interval; NULL where it is not defined (one person)."},
	"ci_high":       {kind: "DOUBLE", comment: "Upper end of the 95 % interval; NULL where it is not defined (one person)."},
	"favourable":    {kind: "DOUBLE", comment: "Share of answers on the desirable side, 0-1; NULL where no side is."},
	"neutral":       {kind: "DOUBLE", comment: "Share of answers on neither side, 0-1; NULL where no side is."},
	"unfavourable":  {kind: "DOUBLE", comment: "Share of answers on the undesirable side, 0-1; NULL where no side is."},
	"t":             {kind: "DOUBLE", comment: "Student's t; NULL where everybody has the same."},
	"df":            {kind: "DOUBLE", comment: "Degrees of freedom; NULL where there is no test."},
	"p":             {kind: "DOUBLE", comment: "Two-sided probability; NULL where there is no test."},
	"q":             {kind: "DOUBLE", comment: "Benjamini-Hochberg adjusted p over its family; NULL where there is no test."},
	"hedges_g":      {kind: "DOUBLE", comment: "Hedges' g, the difference in pooled standard deviations; NULL where these are 0."},
	"difference":    {kind: "DOUBLE", comment: "Difference of the two means."},
	"n_shown":       {kind: "VARCHAR NOT NULL", comment: "n as it may be shown: a number from 20 on, a band below, empty when withheld."},
	"carried":       {kind: "VARCHAR NOT NULL", comment: "Name of the earlier release whose values these are, because the new ones differ by a few people; empty for new values."},
	"withheld":      {kind: "VARCHAR NOT NULL", comment: "Why the figures are absent: small, complement, release or cross; empty when they are published."},
	"invited_shown": {kind: "VARCHAR NOT NULL", comment: "invited as it may be shown: a number from 20 on, a band below."}, "answered_shown": {kind: "VARCHAR NOT NULL", comment: "answered as it may be shown: a number from 20 on, a band below."},
	"favourable_shown": {kind: "VARCHAR NOT NULL", comment: "≥90 % or ≤10 % where all answers fall on one side (their shares are then NULL); empty otherwise."},
	"rest_n_shown":     {kind: "VARCHAR NOT NULL", comment: "rest_n as it may be shown."},
	"treated_n_shown":  {kind: "VARCHAR NOT NULL", comment: "treated_n as it may be shown."},
	"control_n_shown":  {kind: "VARCHAR NOT NULL", comment: "control_n as it may be shown."},
	"stayed_n_shown":   {kind: "VARCHAR NOT NULL", comment: "stayed_n as it may be shown."},
	"silent_n_shown":   {kind: "VARCHAR NOT NULL", comment: "silent_n as it may be shown."},
	"at_risk_shown":    {kind: "VARCHAR NOT NULL", comment: "at_risk as it may be shown."},
	"leavers_shown":    {kind: "VARCHAR NOT NULL", comment: "leavers as it may be shown: 0, <5, a band, or a number from 20 on."},
	"flagged_shown":    {kind: "VARCHAR NOT NULL", comment: "flagged as it may be shown."},
	"people_shown":     {kind: "VARCHAR NOT NULL", comment: "people as it may be shown: <3, a band, or a number from 20 on."},
	"commenters_shown": {kind: "VARCHAR NOT NULL", comment: "commenters as it may be shown."},
}

// cols makes columns: a name alone is a common one, a name with kind and comment is its own.
func cols(list ...any) []column {
	var columns []column
	for i := 0; i < len(list); i++ {
		if own, ok := list[i].(column); ok {
			columns = append(columns, own)
			continue
		}
		for _, name := range strings.Fields(list[i].(string)) {
			c := common[name]
			c.name = name
			columns = append(columns, c)
		}
	}
	return columns
}

func number(name, comment string) column { return column{name, "DOUBLE", comment} }
func count(name, comment string) column  { return column{name, "BIGINT", comment} }
func word(name, comment string) column   { return column{name, "VARCHAR NOT NULL", comment} }
func flag(name, comment string) column   { return column{name, "BOOLEAN NOT NULL", comment} }

// modelTables lists what koe analyze writes.
func modelTables() []modelTable {
	return []modelTable{
		{"response_rate", "Response rate (METHOD 2): one row a stage, period and segment member.", cols("journey stage period segment member",
			count("invited", "People asked: not bounced, not cancelled."), count("answered", "Of these, people who gave at least one core answer."),
			number("rate", "answered / invited, 0-1."), "ci_low ci_high"), reflect.TypeFor[ResponseRate]()},
		{"item", "Answers to one question (METHOD 2): one row a question, stage, period and segment member.", cols("journey stage period question segment member n",
			number("mean", "Mean of the raw answers; NULL for choices."), number("sd", "Standard deviation (n-1); NULL for a single person and for choices."), "favourable neutral unfavourable",
			column{"counts", "BIGINT[]", "How many gave each answer, from the least to the greatest raw answer (options in the order of the file; no, yes); NULL where the answers cannot be listed."}), reflect.TypeFor[Item]()},
		{"trend", "Scores of a construct (METHOD 2, 3.2): one row a stage, period and segment member. Stage empty: all stages together (grain all), the stage-standardised line (quarter, cohort).",
			cols("journey construct stage grain period segment member n", number("mean", "Mean score."), number("sd", "Standard deviation (n-1) of the scores; NULL for a single person and for the standardised line."), "ci_low ci_high favourable neutral unfavourable"), reflect.TypeFor[Trend]()},
		{"trend_test", "Mann-Kendall and Theil-Sen over the periods of a trend line (METHOD 3.2), quarters with too few people merged forward: one row a line of at least 8 periods.",
			cols("journey construct stage grain segment member", count("periods", "Periods on the line."), number("s", "Mann-Kendall's S."), number("z", "Its normal deviate with continuity correction."), "p",
				number("slope", "Theil-Sen slope, per period."), number("slope_low", "Lower end of its 95 % interval; NULL when out of range."), number("slope_high", "Upper end of its 95 % interval; NULL when out of range.")), reflect.TypeFor[TrendTest]()},
		{"signal", "Points of an XmR chart that break a rule (METHOD 3.2): one row a point and rule.",
			cols("journey construct stage segment member period", word("rule", "outside (the limits), run (8 on one side) or trend (6 rising or falling)."), number("value", "Mean score of the period."),
				number("centre", "Mean of the baseline."), number("limit_low", "Lower natural limit."), number("limit_high", "Upper natural limit.")), reflect.TypeFor[Signal]()},
		{"reliability", "How well the items of a construct hang together, on complete rows (METHOD 2.1): one row a construct and stage.",
			cols("journey construct stage", count("items", "Items."), count("n", "Complete rows."), number("alpha", "Cronbach's alpha; NULL for one item and when the total does not vary."), number("alpha_std", "Standardised alpha; NULL when an item does not vary."),
				number("omega", "McDonald's omega, one factor, total; NULL for two items and Heywood cases."), number("mean_r", "Mean correlation of the items; NULL when an item does not vary.")), reflect.TypeFor[Reliability]()},
		{"item_rest", "One item against the sum of the others of its construct, on complete rows (METHOD 2.1): one row an item.",
			cols("journey construct stage question", count("n", "Complete rows."), number("r", "Correlation with the sum of the others; NULL when one of them does not vary."), number("alpha_dropped", "Alpha without the item; NULL below three items.")), reflect.TypeFor[ItemRest]()},
		{"recommend", "推奨度 (METHOD 2): one row a question, stage, period and segment member.", cols("journey question stage period segment member n", count("promoters", "Answered 9 or 10."), count("passives", "Answered 7 or 8."), count("detractors", "Answered 0 to 6."),
			number("score", "100 (promoters - detractors) / n."), "ci_low ci_high"), reflect.TypeFor[Recommend]()},
		{"change", "The same persons' scores at two stages (METHOD 3.1): one row a pair of stages and segment member (as of the later answer).",
			cols("journey construct from_stage to_stage segment member", count("n", "People with a valid score at both stages."), number("mean_change", "Mean of later minus earlier."), number("sd_change", "Standard deviation (n-1) of the changes; NULL for a single person."),
				"ci_low ci_high t df p q", number("dz", "mean_change / sd_change; NULL where everybody changed alike."), count("improved", "People whose score moved in the desirable direction."), count("same", "People whose score did not move."),
				count("worsened", "People whose score moved in the other direction."), number("wilcoxon_v", "Wilcoxon's V: rank sum of the positive changes, zeros dropped."), number("wilcoxon_p", "Its p by the normal approximation with tie and continuity corrections; NULL where nobody changed.")), reflect.TypeFor[Change]()},
		{"comparison", "One member of a segment against everybody else (METHOD 3.3): one row a construct, stage and member.",
			cols("journey construct stage segment member n", number("mean", "Mean score of the member."), count("rest_n", "People of the other members."), number("rest_mean", "Their mean score."), "difference ci_low ci_high t df p q hedges_g",
				number("u", "Mann-Whitney's U: pairs in which the member is higher, ties half."), number("u_p", "Its p by the normal approximation with tie and continuity corrections; NULL where all are tied.")), reflect.TypeFor[Comparison]()},
		{"shrunk", "Means of members drawn towards the mean of all (METHOD 3.5): one row a construct, stage and member, where a segment has at least 5 members.",
			cols("journey construct stage segment member n mean", number("weight", "Weight of the member's own mean, 0-1; 0 where the members do not differ."), number("shrunk", "The shrunk mean."), number("icc1", "ICC(1) of the segment."), number("icc2", "ICC(2) of the segment; NULL where the members do not vary."),
				flag("ranked", "The members differ, so that a ranking says something.")), reflect.TypeFor[Shrunk]()},
		{"hypothesis", "Hypotheses tested (METHOD 4): one row a hypothesis and wave, and one with wave empty for all waves together.",
			cols("journey", word("hypothesis", "Hypothesis id."), "stage", word("wave", "Quarter; empty for all waves together."), flag("prior", "事前: written down before the first invitation of the wave."), count("n", "People behind the estimate (the smaller group of a contrast)."),
				number("estimate", "Estimate in the unit of the measure."), number("ci_low", "Lower end of the 90 % two-sided interval."), number("ci_high", "Upper end of the 90 % two-sided interval."), number("bar", "The bar."), number("effect", "Effect size of the kind (METHOD 4); NULL where it is not defined."),
				number("p", "One-sided p; NULL where there is no test."), number("p_adjusted", "Holm over the testable prior hypotheses of the stage and wave; NULL for others."), word("verdict", "supported, not_supported or insufficient."),
				word("reason", "n, rate, suppressed, contradicted, imprecise, weak or not_shown; empty when supported."), flag("settled", "定着: supported in this wave and the one before.")), reflect.TypeFor[Hypothesis]()},
		{"measure_effect", "Change of people who had a measure between two stages against people who had not (METHOD 3.7): one row a measure, construct and pair of stages. Never an effect.",
			cols("journey measure construct from_stage to_stage", count("treated_n", "People who had it between the two answers."), count("control_n", "People who had not had it by the later answer."), number("difference", "Mean change of the treated minus that of the others."), "ci_low ci_high t df p hedges_g",
				number("ancova_difference", "The same with the earlier score held constant; NULL where it cannot be fitted."), number("ancova_p", "Its two-sided p."), word("verdict", "difference, none, or undecided when the two disagree in sign; empty when untested.")), reflect.TypeFor[MeasureEffect]()},
		{"driver", "How strongly constructs go with an outcome (METHOD 3.6, Johnson's relative weights): one row an outcome, stage and construct. Never a cause.",
			cols("journey", word("outcome", "Construct or recommend question."), "stage construct", count("n", "Complete rows."), number("r_squared", "Share of the outcome's variance that goes with all constructs together."), number("weight", "The construct's part of it."), number("share", "weight / r_squared."),
				number("share_low", "Lower end of the bootstrapped 95 % range."), number("share_high", "Upper end of the bootstrapped 95 % range.")), reflect.TypeFor[Driver]()},
		{"retention", "Share of people still here so many months after joining (METHOD 3.8, Kaplan-Meier): one row a segment member and month.",
			cols("segment member", column{"months", "BIGINT NOT NULL", "Months after joining: 3, 6, 12, 24."}, count("at_risk", "People watched up to then."), count("leavers", "People who had left by then."), number("survival", "Share still here."), number("ci_low", "Lower end of the log-log 95 % interval; NULL when nobody or everybody left."),
				number("ci_high", "Upper end of the log-log 95 % interval; NULL when nobody or everybody left.")), reflect.TypeFor[Retention]()},
		{"census", "Scores at a stage as a description of exactly those who were asked (METHOD 2, finite population correction): one row a construct and stage. The correction takes those who did not answer to be like the others: read the response rate beside it.",
			cols("journey construct stage n", count("invited", "People asked: not bounced, not cancelled."), number("mean", "Mean score."), number("ci_low", "Lower end of the 95 % interval with the finite population correction; the mean itself when everybody answered."),
				number("ci_high", "Upper end of it.")), reflect.TypeFor[Census]()},
		{"weighted", "Mean score at a stage, each member of a segment weighted to its share of those asked (METHOD 3.4, post-stratification): one row a construct, stage and segment.",
			cols("journey construct stage segment n", count("classes", "Members weighted; those with fewer than five answers are merged."), number("mean", "Mean score, unweighted."), number("weighted", "Weighted mean score; no weight is over 5."),
				number("deff", "Kish's design effect of the weights, 1 when they are equal.")), reflect.TypeFor[Weighted]()},
		{"retention_test", "Log-rank test between the two largest members of a segment (METHOD 3.8): one row a segment.",
			cols("segment", word("member_a", "The larger member."), word("member_b", "The other."), number("chi2", "Log-rank chi-squared, one degree of freedom."), "p"), reflect.TypeFor[RetentionTest]()},
		{"nonresponse", "Whether the members of a segment answer at different rates (METHOD 3.4): one row a stage, period and segment.",
			cols("journey stage period segment", count("members", "Members with people asked."), number("chi2", "Chi-squared without continuity correction; NULL when an expected count is under 5."), "df p"), reflect.TypeFor[Nonresponse]()},
		{"silence", "Earlier scores of people who then answered against those who fell silent (METHOD 3.4): one row a construct and pair of following stages.",
			cols("journey construct from_stage to_stage", count("stayed_n", "People asked at the later stage who answered."), number("stayed_mean", "Their mean score at the earlier stage."), count("silent_n", "People asked at the later stage who did not answer."), number("silent_mean", "Their mean score at the earlier stage."),
				"difference ci_low ci_high t df p hedges_g"), reflect.TypeFor[Silence]()},
		{"careless", "Answers given without reading (METHOD 2): one row a construct and stage.",
			cols("journey construct stage n", count("flagged", "Of these, people who gave the same step throughout although items are reversed, or took under 2 s a question."), number("mean", "Mean score of all."), number("mean_without", "Mean score without the flagged.")), reflect.TypeFor[Careless]()},
		{"theme", "How often a theme was spoken of (METHOD 6.2): one row a theme, valence, stage, period and segment member.",
			cols("journey stage period", word("theme", "Theme id."), word("valence", "issue, wish or ok."), "segment member", count("comments", "Comments that speak of it so."), count("people", "People who do."), count("commenters", "People who left any comment.")), reflect.TypeFor[Theme]()},
		{"keyness", "Words that commenters of a stage use more, or less, than all others (METHOD 6.3): one row a stage and word.",
			cols("journey stage", word("word", "Base form."), count("people", "Commenters of the stage who use it."), count("commenters", "Commenters of the stage."), count("rest_people", "Other commenters who use it."), count("rest_commenters", "Other commenters."), number("g2", "Log likelihood, negative when used less."),
				number("log_ratio", "log2 of the ratio of shares, each with half a person added."), number("p", "Chi-squared p, or Fisher's when an expected count is under 5."), "q"), reflect.TypeFor[Keyness]()},
		{"cooccurrence", "Words, and themes, that people use in one comment (METHOD 6.4): one row a pair of at least three people.", cols("journey", word("kind", "word or theme."),
			word("item_a", "The one."), word("item_b", "The other, behind it in order."), count("people_a", "People who use the one."), count("people_b", "People who use the other."), count("both_people", "People who use both in one comment."),
			number("jaccard", "both_people among those who use either."), number("npmi", "Normalised pointwise mutual information over commenters, -1 to 1; NULL when everybody uses both.")), reflect.TypeFor[Cooccurrence]()},
		{"comment", "Comments that say something, masked (METHOD 6): one row a comment. Those of surveys whose answers carry a name are left out.",
			cols(word("response_key", "Random key of the response."), "question", word("text", "The comment, masked."), column{"themes", "VARCHAR[] NOT NULL", "What it speaks of, as theme:valence: by the human coders, else by the rules."},
				flag("cleared", "A person has cleared it for quoting.")), reflect.TypeFor[Comment]()},
	}
}

// safeColumns are the columns of the safe_* version: those of its row type.
func (t modelTable) safeColumns() []column {
	var columns []column
	for _, name := range columnsOf(t.row) {
		i := slices.IndexFunc(t.columns, func(c column) bool { return c.name == name })
		c := common[name]
		if i >= 0 {
			c = t.columns[i]
		}
		c.name = name
		columns = append(columns, c)
	}
	return columns
}

// ddl makes main's version anew, empty.
func (t modelTable) ddl() string {
	return fmt.Sprintf("DROP TABLE IF EXISTS %s;\n", quote(t.name)) + createTable(t.name, t.comment, t.columns)
}

// safeDDL makes the safe_* version anew, empty.
func (t modelTable) safeDDL() string {
	return fmt.Sprintf("DROP TABLE IF EXISTS %s;\n", quote("safe_"+t.name)) +
		createTable("safe_"+t.name, t.comment+" After disclosure control: what may be shown."+standsOn[t.name], t.safeColumns())
}

// standsOn says of the safe_* versions that are not of the same people as main's whose figures they are (METHOD 5.2, subset rule).
var standsOn = map[string]string{
	"item":        " A question of a scale of several is of those who answered all of the scale that they were asked.",
	"trend":       " The shares are of people with a score.",
	"reliability": " Two digits where the items are withheld.",
	"item_rest":   " Two digits where the items are withheld.",
	"driver":      " Two digits where a few people lack one of the scores or the outcome.",
}
