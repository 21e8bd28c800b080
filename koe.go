// Package koe holds the words of koe (声, "voice"): a program that asks people who joined mid-career
// how they are doing, at each stage of their journey, and turns what they say into evidence that HR
// can act on.
//
// The tour, in the order in which the data flows:
//
//   - A [Person] is somebody on the roster. A [Spell] is one stay from joining to leaving; a rehire is a new one.
//   - An [Event] is a dated fact about a person: a mentor was assigned, a transfer, a training attended.
//   - A [Journey] is a text file that HR reviews: [Stage] windows around anchor events, the [Survey] open in each,
//     its [Question]s, the [Construct]s they measure, the [Hypothesis] believed of a stage, and the [Measure]s (施策)
//     that are meant to help.
//   - An [Invitation] is one person asked at one stage. It is a row before it is a [Mail].
//   - A [Submission] is what came back, by web form, Excel sheet or import. It is thanked for only after it is on disk.
//   - A warehouse (package analysis) is built from submissions, and only figures about groups leave it.
//
// The packages: journey reads text files; mail sends; store remembers; schedules decides who is due and sends;
// collector takes everything that comes in; analysis counts; reports writes what is published; cmd/koe wires them.
// Imports run down only (imports_test.go holds the table).
//
// This package imports nothing outside the standard library and does no input or output.
package koe
