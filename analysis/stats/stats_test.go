package stats

import (
	"bufio"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
)

// near fails unless got is within the tolerance of METHOD section 8; NaN equals NaN.
func near(t *testing.T, what string, got, want, relative float64) {
	t.Helper()
	if math.IsNaN(want) && math.IsNaN(got) {
		return
	}
	if !(math.Abs(got-want) <= math.Max(relative*math.Abs(want), relative/10)) {
		t.Errorf("%s: got %.15g, want %.15g", what, got, want)
	}
}

const exact, tail = 1e-9, 1e-7

func histogram(values ...float64) (h Histogram) {
	for _, v := range values {
		h = append(h, Bin{v, 1})
	}
	return h
}

// Student 1908, extra hours of sleep of ten patients (R datasets::sleep).
var (
	drug1 = []float64{0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2}
	drug2 = []float64{1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4}
)

func TestPaired_StudentsSleep(t *testing.T) {
	var d []float64
	for i := range drug1 {
		d = append(d, drug2[i]-drug1[i])
	}
	c := Paired(histogram(d...), 0, 0.95)
	near(t, "mean", c.Mean, 1.58, exact)
	near(t, "sd", c.SD, 1.22999548327987, exact)
	near(t, "t", c.T, 4.06212768338204, exact)
	near(t, "p", c.P, 0.00283289019738427, tail)
	near(t, "low", c.CI.Low, 0.700114236723018, tail)
	near(t, "high", c.CI.High, 2.45988576327698, tail)
	near(t, "dz", c.DZ, 1.28455756259105, exact)
	near(t, "V", c.WilcoxonV, 45, exact)
	near(t, "Wilcoxon p", c.WilcoxonPs, 0.00909069801592506, tail)
	if c.Up != 9 || c.Same != 1 || c.Down != 0 || c.N != 10 {
		t.Errorf("up, same, down of n: got %d, %d, %d of %d, want 9, 1, 0 of 10", c.Up, c.Same, c.Down, c.N)
	}
}

func TestWelchAndMannWhitney_StudentsSleepAsTwoGroups(t *testing.T) {
	a, b := Describe(histogram(drug1...)), Describe(histogram(drug2...))
	w := Welch(a, b, 0, 0.95)
	near(t, "sd", a.SD, 1.78900965775916, exact)
	near(t, "t", w.T, -1.86081346748685, exact)
	near(t, "df", w.DF, 17.7764735161785, exact)
	near(t, "p", w.P, 0.0793941401873582, tail)
	near(t, "low", w.CI.Low, -3.36548323071171, tail)
	near(t, "high", w.CI.High, 0.20548323071171, tail)
	near(t, "g", HedgesG(a, b), -0.797018500447446, exact)
	u, superiority, p := MannWhitney(histogram(drug1...), histogram(drug2...))
	near(t, "U", u, 25.5, exact)
	near(t, "superiority", superiority, 0.255, exact)
	near(t, "U p", p, 0.0693275754336266, tail)
}

// Miller 1997, survival in acute myelogenous leukaemia (R survival::aml).
func aml() (maintained, not []Duration) {
	for _, d := range []struct {
		time  float64
		event bool
	}{{9, true}, {13, true}, {13, false}, {18, true}, {23, true}, {28, false}, {31, true}, {34, true}, {45, false}, {48, true}, {161, false}} {
		maintained = append(maintained, Duration{Time: d.time, Event: d.event})
	}
	for _, time := range []float64{5, 5, 8, 8, 12, 23, 27, 30, 33, 43, 45} {
		not = append(not, Duration{Time: time, Event: true})
	}
	return maintained, append(not, Duration{Time: 16})
}

func TestKaplanMeier_Leukaemia(t *testing.T) {
	maintained, not := aml()
	nan := math.NaN()
	type row struct {
		time          float64
		risk, events  int64
		s, se, lo, hi float64
	}
	for name, check := range map[string]struct {
		got  []Survival
		want []row
	}{
		"maintained": {KaplanMeier(maintained, 0.95), []row{
			{9, 11, 1, 0.909090909090909, 0.0866784172041448, 0.50808020576993, 0.986673822667823},
			{13, 10, 1, 0.818181818181818, 0.116291299830333, 0.447428614682181, 0.951162228582492},
			{18, 8, 1, 0.715909090909091, 0.139664970557228, 0.350190385907938, 0.899023974191053},
			{23, 7, 1, 0.613636363636364, 0.152632331027312, 0.265752040001286, 0.835299243250221},
			{31, 5, 1, 0.490909090909091, 0.164193267221136, 0.167330909776851, 0.753399790370811},
			{34, 4, 1, 0.368181818181818, 0.162668885827095, 0.0928295749369852, 0.657040832398164},
			{48, 2, 1, 0.184090909090909, 0.153492745786294, 0.0117384801231896, 0.525014842726641},
		}},
		"not": {KaplanMeier(not, 0.95), []row{
			{5, 12, 2, 0.833333333333333, 0.107582870727984, 0.481714942195379, 0.955509365728065},
			{8, 10, 2, 0.666666666666667, 0.136082763487954, 0.337018932541402, 0.85971179908444},
			{12, 8, 1, 0.583333333333333, 0.142318760638328, 0.270138924085497, 0.800940192333387},
			{23, 6, 1, 0.486111111111111, 0.148130062553483, 0.191876619618728, 0.729671569779485},
			{27, 5, 1, 0.388888888888889, 0.146986183948033, 0.126272012195394, 0.649817408289315},
			{30, 4, 1, 0.291666666666667, 0.138715169134987, 0.0724016089077718, 0.560886052671409},
			{33, 3, 1, 0.194444444444444, 0.121874505380446, 0.0311986429312119, 0.461429476238114},
			{43, 2, 1, 0.0972222222222222, 0.0918663649675205, 0.00574630569586383, 0.34890386111075},
			{45, 1, 1, 0, nan, nan, nan},
		}},
	} {
		if len(check.got) != len(check.want) {
			t.Fatalf("%s: %d steps, want %d", name, len(check.got), len(check.want))
		}
		for i, w := range check.want {
			g := check.got[i]
			if g.Time != w.time || g.AtRisk != w.risk || g.Events != w.events {
				t.Errorf("%s step %d: got %+v, want %+v", name, i, g, w)
			}
			near(t, name+" S", g.S, w.s, exact)
			near(t, name+" se", g.SE, w.se, exact)
			near(t, name+" low", g.CI.Low, w.lo, tail)
			near(t, name+" high", g.CI.High, w.hi, tail)
		}
	}
	chi2, p, observed, expected := LogRank(maintained, not)
	near(t, "log-rank χ²", chi2, 3.3963886989776, exact)
	near(t, "log-rank p", p, 0.0653393220405051, tail)
	near(t, "expected", expected[0], 10.6893359923007, exact)
	near(t, "expected", expected[1], 7.31066400769928, exact)
	if observed != [2]int64{7, 11} {
		t.Errorf("observed: got %v, want [7 11]", observed)
	}
}

func TestAt_BeforeTheFirstLeaverEverybodyStays(t *testing.T) {
	all := []Duration{{Time: 100, Event: true}, {Time: 200, Count: 9}}
	s, risk, events := At(KaplanMeier(all, 0.95), all, 90)
	if s.S != 1 || risk != 10 || events != 0 {
		t.Errorf("at 90: S %v, at risk %d, events %d; want 1, 10, 0", s.S, risk, events)
	}
	s, risk, events = At(KaplanMeier(all, 0.95), all, 180)
	if s.S != 0.9 || risk != 9 || events != 1 {
		t.Errorf("at 180: S %v, at risk %d, events %d; want 0.9, 9, 1", s.S, risk, events)
	}
}

func TestWilson_EdgesAndMiddle(t *testing.T) {
	for _, c := range []struct {
		x, n      int64
		low, high float64
	}{
		{0, 7, 0, 0.354330435066687}, {7, 7, 0.645669564933313, 1},
		{3, 10, 0.107791267406301, 0.603221852538855}, {81, 263, 0.255288519878274, 0.3662095769828},
	} {
		ci := Wilson(c.x, c.n, 0.95)
		near(t, "low", ci.Low, c.low, exact)
		near(t, "high", ci.High, c.high, exact)
	}
	if ci := Wilson(0, 0, 0.95); !math.IsNaN(ci.Low) {
		t.Errorf("0 of 0 has an interval: %v", ci)
	}
}

func TestBinomialUpper_Exact(t *testing.T) {
	near(t, "8 of 20", BinomialUpper(8, 20, 0.3), 0.227728202581839, tail)
	near(t, "12 of 20", BinomialUpper(12, 20, 0.3), 0.0051381615351214, tail)
	near(t, "0 of 20", BinomialUpper(0, 20, 0.3), 1, exact)
	near(t, "21 of 20", BinomialUpper(21, 20, 0.3), 0, exact)
	near(t, "lower and upper meet", BinomialLower(7, 20, 0.3)+BinomialUpper(8, 20, 0.3), 1, exact)
	near(t, "2 of 2 by hand", BinomialUpper(2, 2, 0.3), 0.09, exact)
}

func TestBenjaminiHochbergAndHolm_PublishedExample(t *testing.T) {
	p := []float64{0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216, 0.222, 0.251, 0.269, 0.275,
		0.34, 0.341, 0.384, 0.569, 0.594, 0.696, 0.762, 0.94, 0.942, 0.975, 0.986}
	bh := []float64{0.025, 0.1, 0.21, 0.21, 0.21, 0.25, 0.264285714285714, 0.491071428571429, 0.491071428571429,
		0.491071428571429, 0.491071428571429, 0.491071428571429, 0.491071428571429, 0.491071428571429, 0.5328125,
		0.5328125, 0.564705882352941, 0.781578947368421, 0.781578947368421, 0.87, 0.907142857142857, 0.986, 0.986, 0.986, 0.986}
	holm := []float64{0.025, 0.192, 0.897, 0.902, 0.902}
	for i, q := range BenjaminiHochberg(p) {
		near(t, "BH", q, bh[i], exact)
	}
	for i, q := range Holm(p) {
		want := 1.0
		if i < len(holm) {
			want = holm[i]
		}
		near(t, "Holm", q, want, exact)
	}
}

func TestBenjaminiHochberg_NaNAreNotMembers(t *testing.T) {
	got := BenjaminiHochberg([]float64{math.NaN(), 0.04, 0.01})
	near(t, "first", got[0], math.NaN(), exact)
	near(t, "second", got[1], 0.04, exact)
	near(t, "third", got[2], 0.02, exact)
}

func TestKeyness_FourCells(t *testing.T) {
	a := []int64{45, 12, 3, 120, 0, 7, 60, 1}
	b := []int64{30, 20, 9, 300, 4, 7, 10, 0}
	g2 := []float64{30.2363535052875, 0.964732698110581, 0.116209081931697, 0.147284047429383, 2.78684578535487, 2.60338483286466, 96.845502446462, 2.44769205189583}
	ps := []float64{3.82472861591731e-08, 0.325997351358478, 0.733182981386043, 0.701144449447825, 0.0950411336703062, 0.106635749505152, 7.49536068312635e-23, 0.117697808020397}
	ratio := []float64{1.8400917084696, 0.549338590990435, -0.177538185552188, -0.05529743864743, -1.90689059560852, 1.26303440583379, 3.78958022032963, 2.84799690655495}
	for i := range a {
		g, r, p := Keyness(a[i], 5000, b[i], 12000, false)
		near(t, "G²", g, g2[i], exact)
		near(t, "log ratio", r, ratio[i], exact)
		near(t, "p", p, ps[i], tail)
	}
}

func TestFisherExact_LadyTastingTea(t *testing.T) {
	// Fisher 1935: 3 of 4 right; two-sided p = 34/70.
	near(t, "tea", FisherExact(3, 1, 1, 3), 34.0/70, exact)
	near(t, "all right", FisherExact(4, 0, 0, 4), 2.0/70, exact)
}

func TestCohenKappa_ByHand(t *testing.T) {
	// 20 both yes, 5 and 10 alone, 15 both no: observed 0.7, chance 0.5, κ = 0.4 (Cohen's textbook table).
	near(t, "κ", CohenKappa(20, 5, 10, 15), 0.4, exact)
	near(t, "perfect chance", CohenKappa(10, 0, 0, 0), math.NaN(), exact)
}

func TestChiSquare_TwoByTwoByHand(t *testing.T) {
	// n(ad−bc)²/(r1 r2 c1 c2) = 100·(30·40−20·10)²/(50·50·40·60) = 16.6667
	chi2, df, p := ChiSquare([][]int64{{30, 20}, {10, 40}})
	near(t, "χ²", chi2, 100.0/6, exact)
	near(t, "df", df, 1, exact)
	near(t, "p", p, 4.455709e-05, 1e-6)
	if _, _, p := ChiSquare([][]int64{{3, 2}, {1, 40}}); !math.IsNaN(p) {
		t.Errorf("an expected count under 5 has p %v", p)
	}
}

func TestMannKendall_CivilServicePeopleSurvey(t *testing.T) {
	file, err := os.Open("testdata/csps_median.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	number := func(s string) float64 {
		if s == "" {
			return math.NaN()
		}
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	var ps, bh []float64
	var names []string
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		f := strings.Split(lines.Text(), "\t")
		if strings.HasPrefix(f[0], "#") || f[0] == "measure" {
			continue
		}
		var x, y []float64
		for i, v := range f[1:13] {
			if v != "" {
				x, y = append(x, float64(2009+i)), append(y, number(v))
			}
		}
		want := f[13:]
		got := MannKendall(x, y, 0.95)
		near(t, f[0]+" S", float64(got.S), number(want[0]), exact)
		near(t, f[0]+" Var S", got.VarS, number(want[1]), exact)
		near(t, f[0]+" Z", got.Z, number(want[2]), exact)
		near(t, f[0]+" p", got.P, number(want[3]), tail)
		near(t, f[0]+" slope", got.Slope, number(want[4]), exact)
		near(t, f[0]+" slope low", got.SlopeCI.Low, number(want[5]), exact)
		near(t, f[0]+" slope high", got.SlopeCI.High, number(want[6]), exact)
		near(t, f[0]+" intercept", got.Intercept, number(want[7]), exact)
		limits := XmR(y)
		near(t, f[0]+" centre", limits.Centre, number(want[8]), exact)
		near(t, f[0]+" lower limit", limits.Low, number(want[9]), exact)
		near(t, f[0]+" upper limit", limits.High, number(want[10]), exact)
		outside := 0.0
		every := make([]Limits, len(y))
		for i := range every {
			every[i] = limits
		}
		for _, s := range Signals(y, every) {
			if s.Rule == "outside" {
				outside++
			}
		}
		near(t, f[0]+" points outside", outside, number(want[11]), exact)
		names, ps, bh = append(names, f[0]), append(ps, got.P), append(bh, number(want[12]))
	}
	if len(ps) != 110 {
		t.Fatalf("%d series, want 110", len(ps))
	}
	for i, q := range BenjaminiHochberg(ps) {
		near(t, names[i]+" BH", q, bh[i], tail)
	}
}

func TestSignals_RunAndTrend(t *testing.T) {
	limits := make([]Limits, 20)
	for i := range limits {
		limits[i] = Limits{0, -10, 10}
	}
	got := Signals([]float64{1, 2, 1, 2, 1, 2, 1, 2, -1}, limits)
	if len(got) != 1 || got[0] != (Signal{7, "run"}) {
		t.Errorf("eight above: got %v", got)
	}
	got = Signals([]float64{-3, -2, -1, 0, 1, 2}, limits)
	if len(got) != 1 || got[0] != (Signal{5, "trend"}) {
		t.Errorf("six rising: got %v", got)
	}
	if got = Signals([]float64{-2, -1, 0, 1, 2, 1}, limits); got != nil {
		t.Errorf("five rising is no signal: got %v", got)
	}
	if got = Signals([]float64{1, 1, 1, 0, 1, 1, 1, 1}, limits); got != nil {
		t.Errorf("a point on the centre breaks a run: got %v", got)
	}
}

// Chatterjee & Price 1977: percent favourable of seven questions in 30 departments (R datasets::attitude).
var attitude = [][]float64{
	{43, 51, 30, 39, 61, 92, 45}, {63, 64, 51, 54, 63, 73, 47}, {71, 70, 68, 69, 76, 86, 48}, {61, 63, 45, 47, 54, 84, 35},
	{81, 78, 56, 66, 71, 83, 47}, {43, 55, 49, 44, 54, 49, 34}, {58, 67, 42, 56, 66, 68, 35}, {71, 75, 50, 55, 70, 66, 41},
	{72, 82, 72, 67, 71, 83, 31}, {67, 61, 45, 47, 62, 80, 41}, {64, 53, 53, 58, 58, 67, 34}, {67, 60, 47, 39, 59, 74, 41},
	{69, 62, 57, 42, 55, 63, 25}, {68, 83, 83, 45, 59, 77, 35}, {77, 77, 54, 72, 79, 77, 46}, {81, 90, 50, 72, 60, 54, 36},
	{74, 85, 64, 69, 79, 79, 63}, {65, 60, 65, 75, 55, 80, 60}, {65, 70, 46, 57, 75, 85, 46}, {50, 58, 68, 54, 64, 78, 52},
	{50, 40, 33, 34, 43, 64, 33}, {64, 61, 52, 62, 66, 80, 41}, {53, 66, 52, 50, 63, 80, 37}, {40, 37, 42, 58, 50, 57, 49},
	{63, 54, 42, 48, 66, 75, 33}, {66, 77, 66, 63, 88, 76, 72}, {78, 75, 58, 74, 80, 78, 49}, {48, 57, 44, 45, 51, 83, 38},
	{85, 85, 71, 71, 77, 74, 55}, {82, 82, 39, 59, 64, 78, 39},
}

func momentsOf(rows [][]float64) Moments {
	k := len(rows[0])
	m := Moments{N: int64(len(rows)), Sums: make([]float64, k), Products: make([][]float64, k)}
	for i := range k {
		m.Products[i] = make([]float64, k)
	}
	for _, row := range rows {
		for i := range k {
			m.Sums[i] += row[i]
			for j := range k {
				m.Products[i][j] += row[i] * row[j]
			}
		}
	}
	return m
}

func TestReliabilityOf_Attitude(t *testing.T) {
	r := ReliabilityOf(momentsOf(attitude))
	near(t, "alpha", r.Alpha, 0.84314276956476, exact)
	near(t, "standardised alpha", r.AlphaStd, 0.839083803029511, exact)
	rest := []float64{0.671262057223664, 0.742109710222238, 0.560711111480256, 0.714445498133676, 0.7862755938344, 0.265034339196676, 0.460810549468496}
	dropped := []float64{0.809760206308921, 0.79691745727414, 0.827847765938659, 0.803030975022574, 0.795386574198205, 0.863872311446437, 0.840464868265457}
	for i := range rest {
		near(t, "item–rest", r.ItemRest[i], rest[i], exact)
		near(t, "alpha without", r.AlphaDropped[i], dropped[i], exact)
	}
}

func TestRelativeWeights_Attitude(t *testing.T) {
	r := Correlation(momentsOf(attitude).Covariance())
	predictors := mat.NewSymDense(6, nil)
	with := make([]float64, 6)
	for i := range 6 {
		with[i] = r.At(0, i+1)
		for j := range 6 {
			predictors.SetSym(i, j, r.At(i+1, j+1))
		}
	}
	want := []float64{0.362760199658131, 0.0560022787788537, 0.163610910750534, 0.121780399688217, 0.00825546649643794, 0.0201927371589758}
	var sum float64
	for i, w := range RelativeWeights(predictors, with) {
		near(t, "weight", w, want[i], exact)
		sum += w
	}
	near(t, "R²", sum, 0.732601992531149, exact)
}

func TestOmega_OneFactorIsRecovered(t *testing.T) {
	// A correlation matrix that one factor makes exactly: r_ij = l_i·l_j. Maximum likelihood must give the loadings back,
	// and omega by hand is (Σl)²/((Σl)²+Σ(1−l²)).
	for _, l := range [][]float64{{0.9, 0.8, 0.7}, {0.9, 0.8, 0.7, 0.6}, {0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85}} {
		k := len(l)
		r := mat.NewSymDense(k, nil)
		var sum, unique float64
		for i := range k {
			for j := range k {
				r.SetSym(i, j, l[i]*l[j])
			}
			r.SetSym(i, i, 1)
			sum += l[i]
			unique += 1 - l[i]*l[i]
		}
		near(t, "omega", omega(r, r), sum*sum/(sum*sum+unique), 1e-6)
		if k > 3 {
			for i, got := range OneFactor(r) {
				near(t, "loading", got, l[i], 1e-5)
			}
		}
	}
}

func TestOmega_HeywoodCaseHasNone(t *testing.T) {
	r := mat.NewSymDense(3, []float64{1, 0.9, 0.9, 0.9, 1, 0.5, 0.9, 0.5, 1})
	near(t, "omega", omega(r, r), math.NaN(), exact)
}

func TestReliabilityOf_EdgeCases(t *testing.T) {
	same := ReliabilityOf(momentsOf([][]float64{{3, 3}, {3, 3}, {3, 3}}))
	near(t, "no variance", same.Alpha, math.NaN(), exact)
	one := ReliabilityOf(momentsOf([][]float64{{3}, {4}}))
	near(t, "one item", one.Alpha, math.NaN(), exact)
	pair := ReliabilityOf(momentsOf([][]float64{{1, 2}, {2, 1}, {3, 4}, {4, 3}}))
	near(t, "r by hand", pair.MeanR, 0.6, exact)
	near(t, "Spearman–Brown", pair.Spearman, 0.75, exact)
	near(t, "omega of two", pair.Omega, math.NaN(), exact)
}

func TestEmpiricalBayes_ByHand(t *testing.T) {
	// Three units of 4 with means 1, 2, 3 and variance 1 in each: MSB = 4, MSW = 1, n0 = 4, τ² = 3/4,
	// B = (3/4)/(3/4+1/4) = 3/4, so the means shrink a quarter of the way to 2.
	units := []Summary{{4, 1, 1}, {4, 2, 1}, {4, 3, 1}}
	s, ok := EmpiricalBayes(units)
	if !ok {
		t.Fatal("three units are enough")
	}
	near(t, "τ²", s.Tau2, 0.75, exact)
	near(t, "μ", s.Mu, 2, exact)
	for i, want := range []float64{1.25, 2, 2.75} {
		near(t, "shrunk", s.EB[i], want, exact)
	}
	near(t, "ICC1", s.ICC1, 3.0/7, exact)
	near(t, "ICC2", s.ICC2, 0.75, exact)
	equal, _ := EmpiricalBayes([]Summary{{4, 2, 1}, {4, 2, 1}})
	near(t, "no difference", equal.EB[0], 2, exact)
}

func TestDescribe_Edges(t *testing.T) {
	if s := Describe(nil); s.N != 0 || !math.IsNaN(s.Mean) {
		t.Errorf("nobody: %+v", s)
	}
	if s := Describe(histogram(2)); s.N != 1 || s.Mean != 2 || !math.IsNaN(s.SD) {
		t.Errorf("one person: %+v", s)
	}
	same := Describe(Histogram{{10.0 / 3, 1_000_000}})
	if same.SD != 0 || same.Mean != 10.0/3 {
		t.Errorf("a million equal answers: %+v", same)
	}
	if ci := MeanInterval(same, 0.95); ci.Low != same.Mean || ci.High != same.Mean {
		t.Errorf("equal answers have an interval: %v", ci)
	}
}

func TestFiniteInterval_CensusHasNoWidth(t *testing.T) {
	s := Summary{10, 3, 1}
	if ci := FiniteInterval(s, 10, 0.95); ci.Low != 3 || ci.High != 3 {
		t.Errorf("everybody answered: %v", ci)
	}
	wide, narrow := MeanInterval(s, 0.95), FiniteInterval(s, 40, 0.95)
	near(t, "ratio", (narrow.High-3)/(wide.High-3), math.Sqrt(0.75), exact)
}

func TestPaired_AllTheSameChange(t *testing.T) {
	c := Paired(Histogram{{0.1 + 0.2, 5}, {0.3, 5}}, 0, 0.95)
	if !math.IsNaN(c.T) || !math.IsNaN(c.DZ) || c.Up != 10 {
		t.Errorf("float noise made a variance: %+v", c)
	}
}

func TestRecommend_ByHand(t *testing.T) {
	// 4 promoters, 3 passives, 3 detractors: score 10; scores +1,0,−1 have variance 0.76667, se 0.27689, t9 2.26216.
	score, ci := Recommend(4, 3, 3, 0.95)
	near(t, "score", score, 10, exact)
	near(t, "low", ci.Low, 10-62.6360, 1e-3)
	near(t, "high", ci.High, 10+62.6360, 1e-3)
}

func TestPearson_FishersZ(t *testing.T) {
	r := Pearson(0.5, 28, 0.95)
	near(t, "t", r.T, 0.5*math.Sqrt(26/0.75), exact)
	near(t, "low", r.CI.Low, math.Tanh(math.Atanh(0.5)-1.959963984540054/5), exact)
}

func TestTQuantile_AgreesWithTheSlowInverse(t *testing.T) {
	for _, p := range []float64{0.6, 0.95, 0.975, 0.995, 0.025, 0.0005} {
		for df := 0.7; df < 1e6; df *= 1.31 {
			for _, df := range []float64{df, math.Ceil(df)} {
				near(t, "t", TQuantile(p, df), distuv.StudentsT{Mu: 0, Sigma: 1, Nu: df}.Quantile(p), exact)
			}
		}
	}
	near(t, "the middle", TQuantile(0.5, 12), 0, exact)
	if !math.IsNaN(TQuantile(0.975, 0)) || !math.IsNaN(TQuantile(0.975, math.NaN())) {
		t.Error("there is a quantile without degrees of freedom")
	}
}
