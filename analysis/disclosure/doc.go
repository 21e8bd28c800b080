// Package disclosure decides which figures about groups may be published, so that no group smaller than the threshold can
// be read or computed from what is and what ever was (METHOD sections 5.1 to 5.3).
//
// It knows counts, not people and not scores. A [Picture] says which cells there are, what adds up, and who is in which cell
// at which release, as atoms: responses that nothing tells apart. A [Plan] is a picture made ready; [Plan.Decide] says of
// every cell whether its new figures may be published, those of an earlier release stay, or it is withheld, and why:
// first every cell under the threshold goes (primary suppression) and every one that differs by a few people from what was
// published of it before; then, along every line in which parts add up to a total, further cells until what is left out
// cannot be got by subtraction, within a release or between two; then an audit in exact arithmetic over everything published
// looks for any small group that is still a linear combination, and for nested cells that differ by a few.
//
// Each step only takes cells away, so it ends; ties are broken by size and then by index, so it is the same every time.
package disclosure
