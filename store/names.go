package store

import (
	"context"
	"slices"
	"strings"

	"koe"
)

// Roll is what could name somebody in a free text: for masking at load time. Each list is sorted and has each entry once.
type Roll struct {
	Names     []string // full names and, where they have spaces, their parts
	IDs       []string // person_ids
	Addresses []string // mail addresses
	Units     []string // values of segments

	Segments map[string]map[string]int // roster column → value → how many people
}

// Names gives the roll, from the vault.
func (s *Store) Names(ctx context.Context) (Roll, error) {
	people, err := s.People(ctx, WithVault)
	if err != nil {
		return Roll{}, err
	}
	r := Roll{Segments: map[string]map[string]int{}}
	for _, p := range people {
		r.Names = append(r.Names, p.Name)
		if parts := strings.Fields(p.Name); len(parts) > 1 { // the ideographic space is one too
			r.Names = append(r.Names, parts...)
		}
		r.IDs = append(r.IDs, p.ID)
		r.Addresses = append(r.Addresses, p.Email, p.PersonalEmail)
		for column, value := range p.Segments {
			if value == "" {
				continue
			}
			r.Units = append(r.Units, value)
			if r.Segments[column] == nil {
				r.Segments[column] = map[string]int{}
			}
			r.Segments[column][value]++
		}
	}
	for _, list := range []*[]string{&r.Names, &r.IDs, &r.Addresses, &r.Units} {
		slices.Sort(*list)
		*list = slices.DeleteFunc(slices.Compact(*list), func(s string) bool { return s == "" })
	}
	return r, nil
}

// Identify gives the IDs and names of people known by key, as for a page that lists who asked for a reply.
func (s *Store) Identify(ctx context.Context) (map[koe.PersonKey]koe.Person, error) {
	people, err := s.People(ctx, WithVault)
	if err != nil {
		return nil, err
	}
	all := make(map[koe.PersonKey]koe.Person, len(people))
	for _, p := range people {
		all[p.Key] = p
	}
	return all, nil
}
