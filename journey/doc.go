// Package journey reads the text files that HR writes: koe.yaml and journeys/*.yaml. It turns them into koe.Settings
// and koe.Journey, strictly: an unknown key, a wrong value or a reference into nowhere is a problem with file, line,
// column, what was found, what was expected and, where there is one, the nearest right word, in Japanese or English.
// It compiles the conditions in them (show_if, when), says which pages a respondent sees, and lays out a new folder
// from an embedded pack.
//
// One description (describe_*.go) serves the parser and the JSON Schema for editors.
//
// It does not know the store, the calendar or anybody's answers, and it writes nothing but what Init lays out.
package journey
