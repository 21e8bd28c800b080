// Package disclosure decides which figures about groups may be published, so that no group smaller than the threshold can
// be read or computed from what is (METHOD sections 5.1 and 5.2).
//
// It knows counts, not people and not scores. A [Table] holds how many answered in each finest group (an atom: a leaf unit
// at a stage); [Table.Solve] says of every cell (a unit at any level, at one stage or over all) whether it may be
// published and, if not, why. First every cell under the threshold goes (primary suppression); then, along every line in
// which parts add up to a total, further cells until what is left out cannot be got by subtraction; then an audit in exact
// rational arithmetic looks for any small cell that is still a linear combination of published ones.
//
// Each step only takes cells away, so it ends; ties are broken by size and then by name, so it is the same every time.
package disclosure
