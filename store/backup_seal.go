package store

import (
	"encoding/binary"
	"fmt"
	"io"

	"koe"
)

// The sealed part of a backup is a row of pieces: four bytes of length, then the piece sealed as everything else. Each piece's
// associated data has its number and whether it is the last, so that none can be left out, put elsewhere or cut off.

const pieceSize = 1 << 18 // bytes of a piece before sealing

// sealWriter seals what is written to it, piece by piece.
type sealWriter struct {
	to    io.Writer
	seal  *sealer
	about string
	part  []byte
	n     int
}

func pieceName(about string, n int, last bool) string { return fmt.Sprintf("%s/%d/%t", about, n, last) }

func (w *sealWriter) Write(p []byte) (int, error) {
	w.part = append(w.part, p...)
	for len(w.part) > pieceSize {
		if err := w.piece(w.part[:pieceSize], false); err != nil {
			return 0, err
		}
		w.part = append(w.part[:0], w.part[pieceSize:]...)
	}
	return len(p), nil
}

// Close writes the last piece.
func (w *sealWriter) Close() error { return w.piece(w.part, true) }

func (w *sealWriter) piece(plain []byte, last bool) error {
	sealed := w.seal.seal(pieceName(w.about, w.n, last), plain)
	w.n++
	if err := binary.Write(w.to, binary.BigEndian, uint32(len(sealed))); err != nil {
		return err
	}
	_, err := io.WriteString(w.to, sealed)
	return err
}

// sealReader opens what a sealWriter wrote.
type sealReader struct {
	from  io.Reader
	seal  *sealer
	about string
	part  []byte
	n     int
	done  bool
}

func (r *sealReader) Read(p []byte) (int, error) {
	for len(r.part) == 0 {
		if r.done {
			return 0, io.EOF
		}
		if err := r.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, r.part)
	r.part = r.part[n:]
	return n, nil
}

func (r *sealReader) next() error {
	var length uint32
	if err := binary.Read(r.from, binary.BigEndian, &length); err != nil {
		return koe.Errorf(koe.Invalid, "the vault of the backup breaks off")
	}
	if length > 2*pieceSize {
		return koe.Errorf(koe.Invalid, "the vault of the backup is damaged")
	}
	sealed := make([]byte, length)
	if _, err := io.ReadFull(r.from, sealed); err != nil {
		return koe.Errorf(koe.Invalid, "the vault of the backup breaks off")
	}
	plain, err := r.seal.open(pieceName(r.about, r.n, false), string(sealed))
	if err != nil {
		if plain, err = r.seal.open(pieceName(r.about, r.n, true), string(sealed)); err != nil {
			return err
		}
		r.done = true
	}
	r.part = plain
	r.n++
	return nil
}
