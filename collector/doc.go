// Package collector is the way in: everything that people say arrives here.
//
// The rooms: form is the web form that an invitation links to; sheet is the same survey as an Excel 調査票; imports reads
// files (the roster, events, answers of other tools and of the 調査票). Whatever the way, an answer is thanked for only after the store has it on disk.
//
// This package holds no code of its own. It is not for deciding who is asked (schedules) nor for counting (analysis).
package collector
