package imports

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"koe/collector/imports/cell"
)

// write writes the draft as YAML.
func (d *draft) write() []byte {
	var b strings.Builder
	lang := d.in.lang
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	guess := func(why string) string {
		if why == "" {
			return ""
		}
		return say(lang, "   # 推定(%s)。確かめてください", "   # guess (%s); please check", why)
	}
	line("%s", say(lang, "# %s の対応表(下書き)。推定と書いた行を確かめ、koe answers import --map で使ってください。",
		"# Mapping of %s (a draft). Check the lines marked as guesses, then use it with koe answers import --map.", filepath.Base(d.l.table.File)))
	if d.format != "" {
		line("%s", say(lang, "# この表は %[1]s 形式のようです。--format %[1]s なら、この対応表はいりません(%[1]s の符号や「非表示」の印も読めます)。",
			"# The table looks like the format %[1]s. With --format %[1]s no mapping is needed, and the codes and marks of %[1]s are understood.", d.format))
	}
	line("journey: %s", strconv.Quote(d.in.journey.ID))
	if d.l.table.Sheet != "" {
		line("sheet: %s", strconv.Quote(d.l.table.Sheet))
	}
	line("header: %d", d.l.header.Line)
	if d.l.first > 0 && d.l.first < len(d.l.table.Rows) {
		line("first: %d", d.l.table.Rows[d.l.first].Line)
	}
	switch {
	case d.l.person >= 0:
		line("person: {%s, by: id}%s", d.column(d.l.person), guess(d.guesses[colPerson]))
	case d.l.mail >= 0:
		line("person: {%s, by: mail}%s", d.column(d.l.mail), guess(d.guesses[colPerson]))
	default:
		line("%s", say(lang, "# person: {column: …, by: id}   # 回答者の列が見つかりません(by: id は番号、by: mail はアドレス)", "# person: {column: …, by: id}   # no column of people was found (by: id or by: mail)"))
	}
	switch {
	case d.in.opts.Stage != "":
		line("stage: {fixed: %s}", d.in.opts.Stage)
	case d.l.stage >= 0:
		line("stage: {%s}", d.column(d.l.stage))
	default:
		line("%s", say(lang, "# stage: {fixed: %s}   # 段階を書くか、--stage で指定してください(%s)", "# stage: {fixed: %s}   # name the stage here or with --stage (%s)", d.in.journey.Stages[0].ID, stageList(d.in.journey)))
	}
	if d.l.submitted >= 0 {
		order := map[cell.Order]string{cell.MonthFirst: ", order: mdy", cell.DayFirst: ", order: dmy"}[d.l.order]
		zone := ""
		if d.l.zone != "" {
			zone = ", zone: " + strconv.Quote(d.l.zone)
		}
		line("submitted_at: {%s%s%s}%s", d.column(d.l.submitted), order, zone, guess(d.guesses["submitted_at"]))
	}
	if d.l.language >= 0 {
		line("language: {%s}", d.column(d.l.language))
	}
	if len(d.l.segments) > 0 {
		line("segments:")
		for _, segment := range d.in.cfg.Workspace.Settings.SegmentColumns() {
			if i, there := d.l.segments[segment]; there {
				line("  %s: {%s}", segment, d.column(i))
			}
		}
	}
	line("questions:")
	for _, a := range d.l.questions {
		d.question(line, guess, a)
	}
	used := d.used()
	for i, c := range d.l.header.Cells {
		if text := strings.Join(strings.Fields(plain(c.Text)), " "); text != "" && !used[i] {
			line("%s", say(lang, "# 使わない列 %d: %s", "# column %d not used: %s", i+1, text))
		}
	}
	return []byte(b.String())
}

// question writes one question of the draft.
func (d *draft) question(line func(string, ...any), guess func(string) string, a *asked) {
	why := ""
	if l, guessed := d.likely[a.columns[0].index]; guessed {
		why = say(d.in.lang, "似かた %s: %s", "likeness %s: %s", percent(l.share), l.question.Text.In(d.in.lang))
	}
	line("  %s:%s", strconv.Quote(a.question.ID), guess(why))
	whole := true
	for _, c := range a.columns {
		if c.option == "" && !c.other && whole {
			line("    %s", d.column(c.index))
			whole = false
		}
	}
	first := true
	for _, c := range a.columns {
		if c.option == "" {
			continue
		}
		if first {
			line("    numbers:")
			first = false
		}
		line("      %d: %s   # %s", c.index+1, strconv.Quote(c.option), strings.Join(strings.Fields(plain(d.l.header.Text(c.index))), " "))
	}
	if len(d.labels[a.question.ID]) == 0 {
		return
	}
	line("    values:")
	for _, g := range d.labels[a.question.ID] {
		if g.value == "" {
			line("      %s: \"\"   # %s", strconv.Quote(g.label), say(d.in.lang, "対応する値が分かりません(空のままなら無回答)", "no value is like it; left empty it means no answer"))
			continue
		}
		why := percent(g.share)
		if g.code {
			why = say(d.in.lang, "何番目かを表す符号", "a code for the place of the answer")
		}
		line("      %s: %s%s", strconv.Quote(g.label), strconv.Quote(g.value), guess(why))
	}
}

// column names a column by its header, or by its number where the header is blank or not the only one of its kind.
func (d *draft) column(i int) string {
	text := plain(d.l.header.Text(i))
	same := 0
	for _, c := range d.l.header.Cells {
		if cell.Fold(plain(c.Text)) == cell.Fold(text) {
			same++
		}
	}
	if text == "" || same != 1 {
		return fmt.Sprintf("number: %d", i+1)
	}
	return "column: " + strconv.Quote(text)
}
