package disclosure

// A Picture is the cells of one kind of figure in one release, and who is in them: what the engine decides over. It is the
// same for every figure of that kind; only the sizes of the groups differ.
type Picture struct {
	Groups int     // how many cells there are; a cell is an index below it, here and in the arguments of Decide
	Lines  []Line  // what adds up
	Apart  [][]int // groups that have nobody's answer in common: who is in several of them may be a few (Atom.Who)
	Leaves [][]int // of each leaf, the cells that a response with its attributes is in; duplicates do no harm
	Atoms  []Atom  // the responses; without them the engine knows the lines only, and no two cells as nested
	// Release is the number of the release that is decided, from 1 and greater than that of every earlier one. Zero means
	// that there is no history; every stay then counts whatever its interval, and no group may have versions.
	Release int
}

// Line is a total that is the sum of its parts, as indexes of groups. Parts must not overlap and must be all there is:
// people who belong to no shown part make a part of their own.
type Line struct {
	Total int
	Parts []int
}

// Atom is a number of responses that nothing in the picture tells apart: at every release they were in the same leaf.
// Values do not change from release to release, only the cells that a response counts in: a person who moved is one atom with two
// stays. A response that was erased stays in the picture as an atom whose last stay has ended; where it is no longer
// known which responses moved, stays in two leaves may be given as two atoms, which only tells the engine less.
type Atom struct {
	N     int
	Stays []Stay
	Who   []int32 // whose they are, as far as known, by arbitrary numbers: one person may be in several atoms
}

// Stay says that an atom was in a leaf from release Since on, and no longer from Until on: Since <= r < Until. Until 0
// means that it still is.
type Stay struct {
	Leaf         int
	Since, Until int
}

// at reports whether the stay holds at a release.
func (s Stay) at(release int) bool {
	return s.Since <= release && (s.Until == 0 || release < s.Until)
}

// Group is the people behind one or more figures, in a set of tables of any number of dimensions.
type Group struct {
	N        int       // people, or their answers where a person may answer several times; adds up along lines
	People   int       // distinct people at least, when fewer than N; 0 means N
	K        int       // least people behind a published figure of this cell
	Absent   bool      // the figure has no such cell, so that a size of 0 says nothing about who is in it
	Withheld Reason    // decided already, by another table; Published otherwise
	Rank     int       // where one of several must be taken away, one of the highest rank goes; among equals the smallest
	Versions []Version // what earlier releases published of this cell, in ascending order of Release
}

// Version says that an earlier release published a cell. The attacker of the engine still has every one of them.
type Version struct {
	Release int
	Fresh   bool // with the values of that release; otherwise with those of an earlier one, which tell nothing new
	N       int  // people behind it as published, where a figure has fewer than its cell; 0 takes them from the atoms
}

// Decision is what becomes of a cell: fresh (the values of this release are published), carried (those of an earlier
// release stay), or withheld.
type Decision struct {
	Withheld Reason // Published when fresh or carried
	Carried  int    // release whose values stay; 0 when fresh or withheld
}

// Fresh reports whether the values of this release are published.
func (d Decision) Fresh() bool { return d.Withheld == Published && d.Carried == 0 }

// Reason says why a cell is not published.
type Reason string

// The reasons. The empty Reason means published.
const (
	Published  Reason = ""
	Small      Reason = "small"      // fewer people than the threshold
	Complement Reason = "complement" // it could be used to compute a small one
	Release    Reason = "release"    // it differs from what was published before by a few people
	Cross      Reason = "cross"      // a combination that needs the higher threshold
)
