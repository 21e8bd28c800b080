package disclosure

import "math/big"

// bigspace is a space in rational numbers of any size, for what overflows a space. It is slow, and keeps its rows reduced by
// one another as they come.
type bigspace struct {
	rows map[int32]map[int32]*big.Rat // by leading column
}

func newBigspace() *bigspace { return &bigspace{rows: map[int32]map[int32]*big.Rat{}} }

// reduce eliminates leading columns from a vector until it is zero (-1) or has one of its own.
func (s *bigspace) reduce(v map[int32]*big.Rat) (lead int32) {
	for {
		lead = -1
		for c := range v {
			if lead < 0 || c < lead {
				lead = c
			}
		}
		row := s.rows[lead]
		if lead < 0 || row == nil {
			return lead
		}
		factor := new(big.Rat).Set(v[lead])
		for c, value := range row {
			left := new(big.Rat).Neg(new(big.Rat).Mul(factor, value))
			if v[c] != nil {
				left.Add(left, v[c])
			}
			if v[c] = left; left.Sign() == 0 {
				delete(v, c)
			}
		}
	}
}

func (s *bigspace) add(set []int32) {
	v := rational(signed{plus: set})
	lead := s.reduce(v)
	if lead < 0 {
		return
	}
	inverse := new(big.Rat).Inv(v[lead])
	for c := range v {
		v[c] = new(big.Rat).Mul(v[c], inverse)
	}
	s.rows[lead] = v
}

func (s *bigspace) contains(vector signed) bool { return s.reduce(rational(vector)) < 0 }

func rational(vector signed) map[int32]*big.Rat {
	v := map[int32]*big.Rat{}
	for _, c := range vector.plus {
		v[c] = big.NewRat(1, 1)
	}
	for _, c := range vector.less {
		v[c] = big.NewRat(-1, 1)
	}
	return v
}
