package main

import (
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/xuri/excelize/v2"
)

// code fills in a coding sheet as two people who agree do: every comment speaks of mentors, as an issue. Of the comments with
// a text it decides whether they may be quoted: code FILE 可=TEXT 不可=TEXT.
func code(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: code FILE 可=TEXT…")
	}
	f, err := excelize.OpenFile(ts.MkAbs(args[0]))
	ts.Check(err)
	defer f.Close()
	for _, sheet := range f.GetSheetList() {
		rows, err := f.GetRows(sheet)
		ts.Check(err)
		set := func(row int, id, value string) {
			column := slices.Index(rows[0], id)
			if column < 0 {
				return
			}
			cell, err := excelize.CoordinatesToCellName(column+1, row+1)
			ts.Check(err)
			ts.Check(f.SetCellValue(sheet, cell, value))
		}
		if !slices.Contains(rows[0], "response") {
			continue
		}
		for i := 2; i < len(rows); i++ {
			if !slices.Contains(rows[0], "cleared") {
				set(i, "mentor", "課題")
				set(i, "done", "済")
				continue
			}
			for _, decision := range args[1:] {
				if word, text, _ := strings.Cut(decision, "="); strings.Contains(strings.Join(rows[i], "\n"), text) {
					set(i, "cleared", word)
				}
			}
		}
	}
	ts.Check(f.Save())
}
